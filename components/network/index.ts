export * from "./adopted-network";
export * from "./cidr";
export * from "./connections";
export * from "./endpoints";
export * from "./network-like";
export * from "./region";
export * from "./vpc";
