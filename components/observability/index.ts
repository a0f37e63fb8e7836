export * from "./dashboard";
export * from "./log-group";
export * from "./log-search";
export * from "./notifications";
