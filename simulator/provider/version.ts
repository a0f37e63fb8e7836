import { createRequire } from "node:module";

/** The version of a package's SDK that the program uses: the engine asks for a plugin of the same one. */
export function versionOf(name: string): string | undefined {
  try {
    const manifest: { version: string } = createRequire(__filename)(`@pulumi/${name}/package.json`);
    return manifest.version;
  } catch {
    return undefined;
  }
}
