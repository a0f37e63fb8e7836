export * from "./blue-green-swap";
export * from "./blue-green-target";
export * from "./ci-access";
export * from "./container-image";
export * from "./delivery-build";
export * from "./delivery-pipeline";
export * from "./oidc-provider";
export * from "./state-backend";
