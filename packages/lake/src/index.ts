export * from "./evidence-writer.ts";
export * from "./folder-store.ts";
export * from "./layout.ts";
export * from "./ledger.ts";
export * from "./object-store.ts";
export * from "./open-lake.ts";
