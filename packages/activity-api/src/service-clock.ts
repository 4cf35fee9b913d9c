import type { IncomingHttpHeaders } from 'node:http'
import { parseServiceDate } from './service-date.ts'

/** The service's time, told by its answers and carried on by our own clock. */
export interface ServiceClock {
  /** Takes the `Date` of an answer that has just come. */
  observe(headers: IncomingHttpHeaders): void
  /** In ms since the epoch, at most a second and the way of an answer behind; undefined until an answer had a `Date`. */
  now(): number | undefined
}

export function createServiceClock(clock: { now(): number }): ServiceClock {
  let aheadMs: number | undefined
  return {
    observe: (headers) => {
      const serviceDate = parseServiceDate(headers)
      if (serviceDate !== undefined) aheadMs = serviceDate - clock.now()
    },
    now: () => (aheadMs === undefined ? undefined : clock.now() + aheadMs),
  }
}
