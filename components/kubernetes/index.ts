export * from "./cluster-like";
