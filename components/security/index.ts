export * from "./key";
export * from "./secret";
