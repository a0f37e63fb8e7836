import { Property, type ResourceGraph, ResourceNode } from "../../analysis/graph";

/** Where a rule looked: `resource.path`, e.g. `encryption.rules[0].sseAlgorithm`. */
export type Read = string;

/** How a value is asked for: each of these tells something about it. `at` only goes further in. */
const ASKED = ["absent", "unknown", "fact", "items", "entries"] as const;

/** Every value of the program that `judge` asks for, given or not. A tag counts as a value of its own. */
export function readsOf(graph: ResourceGraph, judge: (graph: ResourceGraph) => unknown): ReadonlySet<Read> {
  const reads = new Set<Read>();
  const undo: (() => void)[] = [];
  for (const key of ASKED) {
    const getter = Object.getOwnPropertyDescriptor(Property.prototype, key);
    if (getter?.get === undefined) throw new Error(`Property has no getter ${key}`);
    const { get } = getter;
    Object.defineProperty(Property.prototype, key, {
      ...getter,
      get(this: Property): unknown {
        if (this.path !== "") reads.add(`${this.node.name}.${this.path}`);
        return get.call(this);
      },
    });
    undo.push(() => Object.defineProperty(Property.prototype, key, getter));
  }
  const { tag } = ResourceNode.prototype;
  ResourceNode.prototype.tag = function (key) {
    reads.add(`${this.name}.tags["${key}"]`);
    return tag.call(this, key);
  };
  undo.push(() => (ResourceNode.prototype.tag = tag));
  try {
    judge(graph);
  } finally {
    for (const one of undo) one();
  }
  return reads;
}
