import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseDocument } from "yaml";
import { UsageError } from "./usage-error";

/** A Pulumi project on disk: the folder that holds Pulumi.yaml. */
export interface Project {
  readonly name: string;
  readonly root: string;
}

/** A stack's configuration in the form the engine hands to a program. */
export interface StackConfig {
  /** `namespace:key` -> text; maps, lists, numbers and booleans as JSON. */
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** Stands for a secret of a stack file, which can not be opened here. */
export const SECRET_PLACEHOLDER = "encrypted-configuration-value";

/** Finds the project that `folder` belongs to. */
export function findProject(folder: string): Project {
  for (let root = folder; ; root = dirname(root)) {
    const file = join(root, "Pulumi.yaml");
    if (existsSync(file)) {
      const { name } = readMap(file);
      if (typeof name !== "string") throw new UsageError(`${file}: name is missing. Give the project a name.`);
      return { name, root };
    }
    if (root === dirname(root)) {
      throw new UsageError(
        `No Pulumi.yaml in ${folder} or above it. Run palisade in a project's folder, or give --cwd.`,
      );
    }
  }
}

/** Names of the stacks that have a Pulumi.<stack>.yaml, in alphabetical order. */
export function stackNames({ root }: Project): string[] {
  const names = readdirSync(root).map((file) => /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}

/** Reads Pulumi.<stack>.yaml. Secrets (`secure:`) can not be opened here and become a placeholder. */
export function readStackConfig(project: Project, stack: string): StackConfig {
  const file = [`Pulumi.${stack}.yaml`, `Pulumi.${stack}.yml`].map((name) => join(project.root, name)).find(existsSync);
  if (file === undefined) {
    const known = stackNames(project);
    const choice = known.length === 0 ? "There is no stack file yet." : `Stacks here: ${known.join(", ")}.`;
    throw new UsageError(`No stack file Pulumi.${stack}.yaml in ${project.root}. ${choice}`);
  }
  const { config } = readMap(file);
  if (config === undefined || config === null) {
    throw new UsageError(`${file}: it has no configuration. Give it a config: map; Pulumi.dev.yaml is an example.`);
  }
  if (!isMap(config)) throw new UsageError(`${file}: config must be a map of namespace:key to value.`);
  const values: Record<string, string> = {};
  const secretKeys: string[] = [];
  for (const [key, value] of Object.entries(config)) {
    const qualified = key.includes(":") ? key : `${project.name}:${key}`;
    const secrets = { found: false };
    values[qualified] = encode(openSecrets(value, secrets));
    if (secrets.found) secretKeys.push(qualified);
  }
  return { values, secretKeys };
}

/** Reads a YAML file that holds a map. Throws a UsageError that names the place. */
export function readMap(file: string): Record<string, unknown> {
  const text = readFileSync(file, "utf8");
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const place = error.linePos?.[0];
    const where = place === undefined ? file : `${file}:${place.line}:${place.col}`;
    throw new UsageError(`${where}: this is not valid YAML. ${error.message.split("\n")[0] ?? ""}`);
  }
  const content: unknown = document.toJS();
  if (content === null || content === undefined) throw new UsageError(`${file}: the file is empty.`);
  if (!isMap(content))
    throw new UsageError(
      `${file}: the file must hold a map, not ${Array.isArray(content) ? "a list" : typeof content}.`,
    );
  return content;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The engine's own rule: text stays text, everything else is JSON. */
function encode(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

function openSecrets(value: unknown, secrets: { found: boolean }): unknown {
  if (Array.isArray(value)) return value.map((item) => openSecrets(item, secrets));
  if (!isMap(value)) return value;
  if (typeof value.secure === "string" && Object.keys(value).length === 1) {
    secrets.found = true;
    return SECRET_PLACEHOLDER;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, openSecrets(item, secrets)]));
}
