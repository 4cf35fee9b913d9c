import { setTimeout as delay } from 'node:timers/promises'

export interface Patience {
  /** How long after its first failure one request is tried again; while nothing works, each is tried once. */
  readonly patienceMs: number
  /** Whether what went wrong may pass by itself. */
  readonly mayPass: (error: unknown) => boolean
}

const firstPauseMs = 100
const longestPauseMs = 5_000

/** Tries again, at growing intervals and for a bounded time, what fails for a reason that may pass. */
export function withPatience({ patienceMs, mayPass }: Patience): <T>(attempt: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  let isDown = false
  return async (attempt, signal) => {
    let until: number | undefined
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        const result = await attempt()
        isDown = false
        return result
      } catch (error) {
        signal?.throwIfAborted()
        until ??= performance.now() + (isDown ? 0 : patienceMs)
        isDown = mayPass(error) && performance.now() + pauseMs >= until
        if (isDown || !mayPass(error)) throw error
        await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal })
      }
    }
  }
}
