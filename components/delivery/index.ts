export * from "./blue-green-target";
export * from "./ci-access";
export * from "./container-image";
export * from "./oidc-provider";
export * from "./state-backend";
