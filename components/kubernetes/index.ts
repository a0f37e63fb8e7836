export * from "./cluster-like";
export * from "./add-ons";
export * from "./control-plane";
export * from "./kubernetes-cluster";
export * from "./kubernetes-version";
export type { NodeGroup } from "./node-group";
