export * from "./backup-vault";
export * from "./bucket";
export * from "./cache";
export * from "./master-secret";
export * from "./postgres-database";
