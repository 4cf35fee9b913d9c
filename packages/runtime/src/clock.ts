/** The one source of time of day. Everything that decides by time takes a clock, so that a simulated one can drive the whole fleet. */
export interface Clock {
  /** UTC milliseconds. */
  now(): number
  /** Runs `task` once every `periodMs`, never twice at a time. `task` deals with its own errors. */
  every(periodMs: number, task: () => Promise<void>): Disposable
}

export const systemClock: Clock = {
  now: () => Date.now(),
  every: (periodMs, task) => {
    let timer: NodeJS.Timeout | undefined
    let stopped = false
    const schedule = (): void => {
      if (!stopped) timer = setTimeout(() => void task().finally(schedule), periodMs)
    }
    schedule()
    return {
      [Symbol.dispose]: () => {
        stopped = true
        clearTimeout(timer)
      },
    }
  },
}

/** Time that moves only when told to, and tells everybody who waits for it. */
export class SimulatedClock implements Clock {
  #now: number
  readonly #tasks = new Set<{
    readonly periodMs: number
    readonly run: () => Promise<void>
    dueAt: number
    isRunning: boolean
  }>()

  constructor(start: number) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  every(periodMs: number, run: () => Promise<void>): Disposable {
    const task = { periodMs, run, dueAt: this.#now + periodMs, isRunning: false }
    this.#tasks.add(task)
    return { [Symbol.dispose]: () => void this.#tasks.delete(task) }
  }

  /** Moves to `time` and runs what has become due, each task once however many periods went by; one that still runs stays due. */
  async advanceTo(time: number): Promise<void> {
    this.#now = Math.max(this.#now, time)
    for (const task of this.#tasks) {
      if (task.dueAt > this.#now || task.isRunning) continue
      task.dueAt = this.#now + task.periodMs
      task.isRunning = true
      await task.run().finally(() => {
        task.isRunning = false
      })
    }
  }
}
