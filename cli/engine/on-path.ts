import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Full path of a program that PATH leads to. */
export function onPath(program: string, path = process.env.PATH ?? ""): string | undefined {
  const names = process.platform === "win32" ? [`${program}.exe`, `${program}.cmd`] : [program];
  const candidates = path.split(delimiter).flatMap((folder) => names.map((name) => join(folder || ".", name)));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
