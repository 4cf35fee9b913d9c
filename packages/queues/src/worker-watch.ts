/** How often a worker is looked at, in milliseconds. */
const everyMs = 5_000

/** So many times in a row it took nothing though it could, and it is deaf: 20 seconds, in which a busy process or a slow Redis come round. */
const deafAfterChecks = 4

/** Sees a worker that takes nothing, though jobs wait and it has a place free: its connection is broken in a way that nobody told of. */
export class WorkerWatch {
  /** How often a job of another release was set aside. */
  parked = 0
  readonly #concurrency: number
  readonly #countWaiting: () => Promise<number>
  #running = 0
  #hasTaken = false
  #checks = 0

  constructor(concurrency: number, countWaiting: () => Promise<number>) {
    this.#concurrency = concurrency
    this.#countWaiting = countWaiting
  }

  get isDeaf(): boolean {
    return this.#checks >= deafAfterChecks
  }

  /** Does what a job asks for, as something that was taken. */
  async during(work: () => Promise<void>): Promise<void> {
    this.#running += 1
    this.#hasTaken = true
    this.#checks = 0
    try {
      await work()
    } finally {
      this.#running -= 1
    }
  }

  /** @returns whether it became deaf just now; not again before it took something */
  async check(): Promise<boolean> {
    const couldTake = this.#running < this.#concurrency && !this.#hasTaken
    this.#hasTaken = false
    const isIdle = couldTake && (await this.#countWaiting()) > 0
    this.#checks = isIdle ? this.#checks + 1 : 0
    return this.#checks === deafAfterChecks
  }

  /** Looks again and again, and calls `replace` once it is deaf. */
  start(replace: () => Promise<void>): Disposable {
    let isLooking = false
    const look = async (): Promise<void> => {
      if (isLooking) return
      isLooking = true
      try {
        if (await this.check()) await replace()
      } catch {
        // Redis went away, and nothing is known of the worker.
        this.#checks = 0
      }
      isLooking = false
    }
    const timer = setInterval(() => void look(), everyMs).unref()
    return { [Symbol.dispose]: () => clearInterval(timer) }
  }
}
