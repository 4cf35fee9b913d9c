/** A half-open span of time `[from, to)` in UTC milliseconds. */
export interface Interval {
  readonly from: number
  readonly to: number
}

export const secondMs = 1_000
export const minuteMs: number = 60 * secondMs
export const hourMs: number = 60 * minuteMs
export const dayMs: number = 24 * hourMs

export function overlaps(a: Interval, b: Interval): boolean {
  return a.from < b.to && b.from < a.to
}

/** The UTC day of a time as `YYYY-MM-DD`. */
export function utcDate(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** A time as `YYYY-MM-DDTHH:MM:SSZ`, the way people and reports read it. */
export function isoSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}
