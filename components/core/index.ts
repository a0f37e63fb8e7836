export * from "./alarms";
export * from "./component";
export * from "./errors";
export * from "./grants";
export * from "./iam";
export * from "./json-document";
export * from "./names";
export * from "./partition";
