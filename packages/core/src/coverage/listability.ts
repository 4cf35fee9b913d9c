import { hourMs, type Interval } from '../interval.ts'
import { listableMs, windowsOver } from '../windows.ts'

/** Whether listing a span can still heal it, and until when the service lists all of it. */
export interface Listability {
  readonly recoverable: boolean
  readonly until?: number
}

/** The same spans, what the service no longer lists at `now` apart, the rest by hours, since each is listed an hour longer. */
export function byListability<Span extends Interval>(spans: readonly Span[], now: number): (Span & Listability)[] {
  return spans.flatMap((span) => {
    const listable = { from: Math.max(span.from, now - listableMs), to: span.to }
    const hours = listable.from < listable.to ? [...windowsOver(listable, hourMs)] : []
    return [
      { ...span, to: Math.min(span.to, listable.from), recoverable: false },
      ...hours.map((hour) => {
        const from = Math.max(hour.from, listable.from)
        return { ...span, from, to: Math.min(hour.to, span.to), recoverable: true, until: from + listableMs }
      }),
    ].filter(({ from, to }) => from < to)
  })
}
