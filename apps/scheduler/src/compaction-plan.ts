import { dayMs, hourMs } from '@mailtrail/core'

/**
 * The whole file of a date is replaced for a single record that comes late, so a date is compacted when it is quiet, and once a day while it is not.
 * Until then questions read what is new from raw.
 */
const quietMs = 6 * hourMs
const longestWaitMs = dayMs

interface News {
  readonly first: number
  readonly last: number
}

/** Event dates of one tenant with raw objects that were not there when their compaction was last asked for. */
export class CompactionPlan {
  readonly #news = new Map<string, News>()

  /** @param at - UTC milliseconds; what was there before anybody looked is due at once, at minus infinity */
  note(dates: Iterable<string>, at: number): void {
    for (const date of dates) this.#news.set(date, { first: this.#news.get(date)?.first ?? at, last: at })
  }

  /** What is due at `now`, what waits longest first. */
  due(now: number): string[] {
    const due = [...this.#news].filter(([, news]) => now >= compactionDueAt(news))
    return due.sort(([, a], [, b]) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0)).map(([date]) => date)
  }

  asked(date: string): void {
    this.#news.delete(date)
  }
}

/** Six hours after the last news, or a day after the first. */
function compactionDueAt({ first, last }: News): number {
  return Math.min(last + quietMs, first + longestWaitMs)
}
