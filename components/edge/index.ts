export * from "./certificate";
export * from "./dns";
export * from "./firewall";
