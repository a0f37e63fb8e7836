import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";

/** Folder of the function's source. What runs from `dist/` finds it beside. */
function sourceFolder(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const source = join(folder, "components", "delivery", "blue-green-swap");
    if (existsSync(join(source, "handler.ts"))) return source;
    if (folder === dirname(folder)) throw new Error("The source of the blue-green swap is not there.");
  }
}

let bundled: string | undefined;

/** The swap as one ES module for Lambda's Node.js, which brings the AWS SDK along. The same text in every run. */
export function swapFunctionCode(): string {
  if (bundled !== undefined) return bundled;
  const { outputFiles } = buildSync({
    entryPoints: ["handler.ts"],
    // Its name is in the text.
    absWorkingDir: sourceFolder(),
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node24",
    legalComments: "none",
  });
  bundled = outputFiles[0]?.text ?? "";
  return bundled;
}
