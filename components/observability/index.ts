export * from "./dashboard";
export * from "./log-group";
export * from "./notifications";
