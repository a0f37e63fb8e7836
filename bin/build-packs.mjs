// Builds each policy pack into build/packs/<pack>: one file that holds all it imports beside Pulumi's own packages, so that the folder works anywhere, and
// `pulumi policy publish` can take it.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const json = (...path) => JSON.parse(readFileSync(join(root, ...path), "utf8"));
/** What a pack takes from its own package.json: the engine talks to the very SDK that the program installs. */
const EXTERNAL = ["@pulumi/policy", "@pulumi/pulumi"];

/** Folders in policies/ that are packs. */
const packs = readdirSync(join(root, "policies")).filter((name) =>
  existsSync(join(root, "policies", name, "PulumiPolicy.yaml")),
);

/** Licences of the packages and tables in a bundle, as these ask to be passed on. */
function notices(inputs) {
  const names = inputs.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter(Boolean);
  const packages = [...new Set(names)].sort().map((name) => {
    const folder = join(root, "node_modules", name);
    const { version, license } = json("node_modules", name, "package.json");
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), "utf8") : ""}`;
  });
  // Tables made from others' data say themselves whose they are.
  const tables = inputs
    .filter((file) => /^analysis\/.*\.json$/.test(file))
    .map((file) => json(file))
    .filter(({ source, licence }) => source && licence)
    .map(({ source, licence }) => `${source}\n\n${licence}\n`);
  return [...packages, ...tables];
}

export async function buildPacks(target = join(root, "build", "packs")) {
  const { dependencies, license } = json("package.json");
  for (const name of packs) {
    const source = join(root, "policies", name);
    const folder = join(target, name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const { metafile } = await build({
      entryPoints: [join(source, "index.ts")],
      outfile: join(folder, "index.js"),
      bundle: true,
      external: EXTERNAL,
      format: "cjs",
      platform: "node",
      target: "node20",
      minifyWhitespace: true,
      legalComments: "none",
      metafile: true,
      absWorkingDir: root,
      logLevel: "error",
    });
    const { name: package_, version } = json("policies", name, "package.json");
    const description = /^description: (.*)$/m.exec(readFileSync(join(source, "PulumiPolicy.yaml"), "utf8"))?.[1];
    writeFileSync(
      join(folder, "PulumiPolicy.yaml"),
      `description: ${description}\nversion: ${version}\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n`,
    );
    const own = Object.fromEntries(EXTERNAL.map((dependency) => [dependency, dependencies[dependency]]));
    const manifest = { name: package_, version, description, license, main: "index.js", dependencies: own };
    writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
    const bundled = notices(Object.keys(metafile.inputs));
    if (bundled.length > 0) writeFileSync(join(folder, "NOTICES"), bundled.join(`\n${"-".repeat(80)}\n\n`));
  }
  return packs.map((name) => join(target, name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const folder of await buildPacks()) console.log(folder);
