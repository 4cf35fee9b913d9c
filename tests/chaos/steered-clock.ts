import type { Clock } from '@mailtrail/runtime'

/** Simulated time that is put from outside, forward or back: a machine's clock may jump, while its timers go on. */
export class SteeredClock implements Clock {
  #now: number
  readonly #tasks = new Map<object, { readonly run: () => Promise<void>; isRunning: boolean }>()

  constructor(now: number) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  every(_periodMs: number, run: () => Promise<void>): Disposable {
    const key = {}
    this.#tasks.set(key, { run, isRunning: false })
    return { [Symbol.dispose]: () => void this.#tasks.delete(key) }
  }

  /** A step is longer than any period, so each task is run once, unless it still runs. */
  async step(now: number): Promise<void> {
    this.#now = now
    for (const task of this.#tasks.values()) {
      if (task.isRunning) continue
      task.isRunning = true
      await task.run().finally(() => {
        task.isRunning = false
      })
    }
  }
}
