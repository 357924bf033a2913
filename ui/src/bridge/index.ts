export * from "./activity";
export * from "./ask";
export * from "./call";
export type * from "./generated";
export { onFilesDropped, pickFiles, pickTarget } from "./transport";
