import { aheadMs } from './request-budgets-scripts.ts'

/** More than are sent in the time for which they may be kept would be lost to the tenant. */
const mostAhead = 10

/** Requests of a tenant's budget that a process has taken and not sent yet. Whoever sends many takes more at a time; whoever sends few, one. */
export class RequestsAhead {
  #left = 0
  #until = Number.NEGATIVE_INFINITY
  #wanted = 1

  /** Whether one was there, and is used now. @param now - ms by a clock that only goes forward */
  use(now: number): boolean {
    if (this.#left === 0 || now >= this.#until) return false
    this.#left -= 1
    return true
  }

  /** How many to ask for: twice as many where all were used in time, else one. */
  wanted(now: number): number {
    this.#wanted = this.#left === 0 && now < this.#until ? Math.min(mostAhead, 2 * this.#wanted) : 1
    return this.#wanted
  }

  /** @param askedAt - before they were granted, so that they are not used too late */
  keep(count: number, askedAt: number): void {
    const isCurrent = this.#left > 0 && askedAt < this.#until
    this.#until = isCurrent ? Math.min(this.#until, askedAt + aheadMs) : askedAt + aheadMs
    this.#left = count + (isCurrent ? this.#left : 0)
  }

  drop(): void {
    this.#left = 0
  }
}
