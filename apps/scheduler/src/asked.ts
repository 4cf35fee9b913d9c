import { minuteMs } from '@mailtrail/core'

/** What was asked for: if it is still due after a minute it is asked for again, then less and less often, so that it keeps nothing else waiting. */
export class Asked {
  readonly #longestWaitMs: number
  readonly #waits = new Map<string, { readonly until: number; readonly waitMs: number }>()

  constructor(longestWaitMs: number) {
    this.#longestWaitMs = longestWaitMs
  }

  isReady(name: string, now: number): boolean {
    return now >= (this.#waits.get(name)?.until ?? now)
  }

  note(name: string, now: number): void {
    const waitMs = Math.min(this.#longestWaitMs, 2 * (this.#waits.get(name)?.waitMs ?? minuteMs / 2))
    this.#waits.set(name, { until: now + waitMs, waitMs })
  }

  /** Drops what has not been asked for again for long, and what was noted by a clock that has been set back since. */
  forget(now: number): void {
    for (const [name, { until, waitMs }] of this.#waits) {
      if (now >= until + 2 * waitMs || now < until - waitMs) this.#waits.delete(name)
    }
  }
}
