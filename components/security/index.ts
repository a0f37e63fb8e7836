export * from "./account-baseline";
export * from "./audit-trail";
export * from "./config-rules";
export * from "./key";
export * from "./regional-baseline";
export * from "./secret";
export * from "./trail-watches";
export * from "./user-pool";
