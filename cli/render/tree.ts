import type { RecordedResource, Recording } from "../../simulator";

/** A component with what is directly in it. */
export interface TreeNode {
  readonly resource: RecordedResource;
  readonly children: TreeNode[];
}

/** The stack's resources by parent, in order of registration. */
export function resourceTree({ resources }: Recording): TreeNode[] {
  const nodes = new Map<string, TreeNode>();
  const roots: TreeNode[] = [];
  for (const resource of resources) {
    const node: TreeNode = { resource, children: [] };
    nodes.set(resource.urn, node);
    const parent = resource.parent === undefined ? undefined : nodes.get(resource.parent);
    if (parent === undefined || parent.resource.type === "pulumi:pulumi:Stack") {
      if (resource.type !== "pulumi:pulumi:Stack") roots.push(node);
    } else parent.children.push(node);
  }
  return roots;
}

/** Custom resources (not components) per type, most frequent first. */
export function countsByType({ resources }: Recording): [type: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { custom, type } of resources) if (custom) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}
