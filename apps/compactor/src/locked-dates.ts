import { dayMs } from '@mailtrail/core'

/** A lock may be lifted before its time, so it is tried that often. */
const longestWaitMs = 30 * dayMs

/** Partitions remembered at most; of what is forgotten, a tombstone is written once more. */
const remembered = 50_000

/**
 * Partitions in which a lock of the store kept objects, and when to try them again: without it each day would read all of them and write
 * their tombstones anew. It lasts as long as the process.
 */
export class LockedDates {
  readonly #until = new Map<string, number>()

  /** @param until - when the lock ends, UTC milliseconds; undefined when the store does not say */
  note(partition: string, until: number | undefined, now: number): void {
    this.#until.delete(partition)
    this.#until.set(partition, Math.min(until ?? Number.POSITIVE_INFINITY, now + longestWaitMs))
    const [oldest] = this.#until.keys()
    if (this.#until.size > remembered && oldest !== undefined) this.#until.delete(oldest)
  }

  isLocked(partition: string, now: number): boolean {
    return now < (this.#until.get(partition) ?? Number.NEGATIVE_INFINITY)
  }
}
