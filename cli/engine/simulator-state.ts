import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "yaml";
import type { Project, StackConfig } from "../project";

/**
 * Where the simulator target keeps everything: the engine's state, the clouds, and the passphrase that encrypts the state's secrets. By default the folder
 * `.palisade` of the project, which git ignores; deleting it forgets every simulated stack.
 */
export class SimulatorState {
  readonly folder: string;

  constructor(project: Project, folder?: string) {
    this.folder = folder === undefined ? join(project.root, ".palisade") : resolve(folder);
  }

  /** The simulated cloud of a stack: an account of its own, as stacks should have. */
  cloudFile(stack: string): string {
    return join(this.folder, "clouds", `${stack}.json`);
  }

  /** Where the engine finds project and stack file: a copy, so that it writes nothing into the user's own files. */
  get workDir(): string {
    return join(this.folder, "project");
  }

  /** Environment of the engine: state, credentials and plugins of its own; nothing of the user's is read or written. */
  get env(): Record<string, string> {
    return {
      PULUMI_HOME: join(this.folder, "home"),
      // The engine replaces its state in one step, but not the checksum that it writes beside it by default: killed between the two it can not read its
      // own state any more. And it writes all of it before and after every step: an update takes a tenth less without.
      PULUMI_BACKEND_URL: `${pathToFileURL(join(this.folder, "state")).href}?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(this.folder, "passphrase"),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  }

  /** Creates what is missing and copies the stack's configuration in. */
  prepare(project: Project, stack: string, config: StackConfig): void {
    for (const name of ["clouds", "home", "project", "state"]) mkdirSync(join(this.folder, name), { recursive: true });
    write(join(this.folder, ".gitignore"), "*\n");
    const passphrase = join(this.folder, "passphrase");
    if (!existsSync(passphrase)) {
      writeFileSync(passphrase, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
    }
    chmodSync(passphrase, 0o600);
    write(join(this.workDir, "Pulumi.yaml"), stringify({ name: project.name, runtime: "nodejs" }));
    const file = join(this.workDir, `Pulumi.${stack}.yaml`);
    const { encryptionsalt } = existsSync(file) ? parse(readFileSync(file, "utf8")) : { encryptionsalt: undefined };
    write(file, stringify({ ...(encryptionsalt === undefined ? {} : { encryptionsalt }), config: config.values }));
  }
}

function write(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}
