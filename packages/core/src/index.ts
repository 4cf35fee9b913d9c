export * from "./abortable.ts";
export * from "./coverage/coverage-state.ts";
export * from "./errors.ts";
export * from "./interval.ts";
export * from "./tenant-id.ts";
