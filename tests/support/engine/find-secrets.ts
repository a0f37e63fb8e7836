import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** What could be read of a secret, and where. */
export function findSecrets(
  secrets: Readonly<Record<string, string>>,
  texts: Readonly<Record<string, string>>,
  ...folders: readonly string[]
): string[] {
  const files = folders.flatMap(filesOf).map((file) => [file, readFileSync(file)] as const);
  const places = [...Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)] as const), ...files];
  return places.flatMap(([place, content]) =>
    Object.entries(secrets)
      .filter(([, secret]) => formsOf(secret).some((form) => content.includes(form)))
      .map(([name]) => `${name} in ${place}`),
  );
}

/** As it is, as it stands in JSON and in JSON within JSON, in hexadecimal digits, and what base64 makes of it at any offset. */
function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString("base64");
    // Without the characters that share bits with what stands before and after it.
    return encoded.replace(/=+$/, "").slice(offset === 0 ? 0 : offset + 1, -1);
  });
  return [secret, json, JSON.stringify(json).slice(1, -1), Buffer.from(secret).toString("hex"), ...base64];
}

export function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesOf(join(path, name)));
}
