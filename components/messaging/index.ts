export * from "./data-stream";
export * from "./event-bus";
export * from "./kafka-cluster";
export * from "./queue";
export * from "./tracker";
