export * from "./kafka-cluster";
export * from "./queue";
