// Makes analysis/authorization/managed-policies.json anew from the folder of an unpacked moto (Apache-2.0), which collects the policies that AWS manages:
//   pip download moto --no-deps && unzip moto-*.whl -d moto && node bin/managed-policies.mjs moto
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Give the folder of an unpacked moto: node bin/managed-policies.mjs FOLDER");
  process.exit(2);
}
const target = join(
  dirname(dirname(fileURLToPath(import.meta.url))),
  "analysis",
  "authorization",
  "managed-policies.json",
);
const source = readFileSync(join(folder, "moto", "iam", "aws_managed_policies.py"), "utf8");
const [, text] = /"""(.*)"""/s.exec(source) ?? [];
const collected = Object.entries(JSON.parse(text));

/** Only AWS's own services may have these: nobody attaches them. */
const OF_SERVICES = "/aws-service-role/";

const withoutSid = (statement) =>
  Object.fromEntries(Object.entries(statement).filter(([element]) => element !== "Sid"));
const policies = {};
let newest = "";
for (const [name, { Path, Document, UpdateDate, CreateDate }] of collected.sort(([a], [b]) => (a < b ? -1 : 1))) {
  if (Path.startsWith(OF_SERVICES)) continue;
  const date = (UpdateDate ?? CreateDate).slice(0, 10);
  if (date > newest) newest = date;
  policies[name] = JSON.stringify({ Statement: [Document.Statement].flat().map(withoutSid) });
}
const release = readdirSync(folder).find((name) => /^moto-.*\.dist-info$/.test(name));
const table = {
  about: "The policies that AWS manages and customers attach, by name; made by bin/managed-policies.mjs; do not edit.",
  source: release?.replace(".dist-info", "").replace("-", " ") ?? "moto",
  date: newest,
  licence: "AWS's published policies, collected by moto (Apache-2.0)",
  sha256: createHash("sha256").update(JSON.stringify(policies)).digest("hex"),
  policies,
};
writeFileSync(target, `${JSON.stringify(table, undefined, 1)}\n`);
console.log(`${Object.keys(policies).length} policies, the newest of ${newest}, written to ${target}`);
