export * from "./alert.ts";
export * from "./alert-id.ts";
export * from "./alert-sink.ts";
export * from "./alert-store.ts";
export * from "./new-alert.ts";
export * from "./raise-throttled.ts";
export * from "./undelivered-alerts.ts";
export * from "./webhook-sink.ts";
