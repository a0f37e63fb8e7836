export { record, type RecordOptions } from "./recorder";
export * from "./recording";
