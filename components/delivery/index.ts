export * from "./container-image";
