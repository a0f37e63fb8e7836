// What two updates left, made comparable.
const APART = new Set(["created", "modified", "sourcePosition", "stackTrace", "dependencies", "propertyDependencies"]);
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/**
 * State and cloud as one map, without what differs between any two updates of the same program: the engine's random ids of providers, the seven random digits
 * of names that Pulumi gives, what a random password came to, times, and where in the program a resource stands. Ids, inputs, outputs and dependencies stay.
 */
function comparable(resources, cloud) {
  const names = new Map();
  for (const { inputs = {}, urn } of resources) {
    for (const property of inputs.__defaults ?? []) {
      const name = inputs[property];
      if (typeof name === "string" && /[-/][0-9a-f]{7}(\.fifo)?$|[0-9a-f]{7}$/.test(name)) {
        names.set(name, `<named by Pulumi: ${property} of ${urn.split("::").pop()}>`);
      }
    }
  }
  const providers = new Map();
  for (const { type, urn, id } of resources) if (type.startsWith("pulumi:providers:")) providers.set(id, urn);
  const entries = {};
  const add = (key, entry) => {
    const copies = Object.keys(entries).filter((one) => one === key || one.startsWith(`${key} (copy`)).length;
    entries[copies === 0 ? key : `${key} (copy ${copies})`] = entry;
  };
  const text = (value) => {
    let changed = value;
    for (const [id, urn] of providers) if (changed.includes(id)) changed = changed.replaceAll(id, urn);
    if (!/[0-9a-f]{7}/.test(changed)) return changed;
    for (const [name, given] of names) if (changed.includes(name)) changed = changed.replaceAll(name, given);
    return changed;
  };
  const clean = (value) => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== "object" || value === null) return value;
    if (value[SIGNATURE] === "1b47061264138c4ac30d75fd1eb44270") return "[secret]";
    if ("palisade:sealed" in value) return "[secret]";
    const sorted = Object.keys(value).sort();
    return Object.fromEntries(sorted.map((key) => [text(key), clean(value[key])]));
  };
  const ordered = (lists = {}) =>
    Object.fromEntries(Object.entries(lists).map(([key, urns]) => [key, [...(urns ?? [])].sort()]));
  for (const resource of resources) {
    const { dependencies, propertyDependencies } = resource;
    const rest = Object.fromEntries(Object.entries(resource).filter(([key]) => !APART.has(key)));
    add(`state ${resource.urn}`, {
      ...clean(rest),
      dependencies: [...(dependencies ?? [])].sort(),
      propertyDependencies: ordered(propertyDependencies),
    });
  }
  for (const resource of cloud) add(`cloud ${resource.urn}`, clean(resource));
  return entries;
}

/** The first few differences between two of these, in words; undefined when there is none. */
function difference(expected, actual) {
  const found = [];
  const visit = (a, b, path) => {
    if (found.length >= 8 || JSON.stringify(a) === JSON.stringify(b)) return;
    const both = [a, b].every((one) => typeof one === "object" && one !== null);
    if (!both) found.push(`${path}: ${short(a)} became ${short(b)}`);
    else for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) visit(a[key], b[key], `${path} ${key}`);
  };
  visit(expected, actual, "");
  return found.length === 0 ? undefined : found.join("\n");
}

const short = (value) => (JSON.stringify(value) ?? "nothing").slice(0, 200);

module.exports = { comparable, difference };
