export * from "./dashboard";
export * from "./log-group";
export * from "./log-search";
export * from "./managed-metrics";
export * from "./notifications";
