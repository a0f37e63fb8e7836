import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Root of palisade's own files: the nearest folder above with a package.json, from the sources as from the compiled tree. */
export const CHECKOUT = above(__dirname);

function above(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : above(dirname(folder));
}
