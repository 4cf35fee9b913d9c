import { hourMs } from '@mailtrail/core'

/** Records of one time come in several contents, so a date is compacted when it is quiet, and now and then while it is not. */
const quietMs = hourMs
const longestWaitMs = 6 * hourMs

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

/** An hour after the last news, or six after the first. */
function compactionDueAt({ first, last }: News): number {
  return Math.min(last + quietMs, first + longestWaitMs)
}
