import { type Abortable, dayMs, type EntryName, type EntrySpan, type KnownDay, type TenantId, utcDate } from '@mailtrail/core'
import { listLedgerDay, type ObjectStore } from '@mailtrail/lake'
import { DayView } from './day-view.ts'
import type { OpenGroup } from './open-group.ts'

/** Contents have been seen to stay fetchable for 20 days; partitions older than this hold nothing that is still due. */
const keptMs = 21 * dayMs

/**
 * What the scheduler knows of one tenant's ledger: which entries exist, and which spans have contents that are not stored. It learns
 * only from the lake, so a scheduler that starts anew knows the same.
 */
export class TenantView {
  readonly #lake: ObjectStore
  readonly #tenantId: TenantId
  /** By partition, and in it by content type. */
  readonly #days = new Map<number, Map<string, DayView>>()

  constructor(lake: ObjectStore, tenantId: TenantId) {
    this.#lake = lake
    this.#tenantId = tenantId
  }

  /** Reads every partition that can still matter at `now`. */
  async load(now: number, options?: Abortable): Promise<void> {
    for (let day = now - keptMs; day <= now + dayMs; day += dayMs) await this.refresh(dayOf(day), options)
  }

  /** Reads what is new in the partition of `day`, the UTC day of the spans' starts in days since the epoch. */
  async refresh(day: number, options?: Abortable): Promise<void> {
    const types = this.#days.get(day) ?? new Map<string, DayView>()
    this.#days.set(day, types)
    for (const listed of await listLedgerDay(this.#lake, this.#tenantId, { date: utcDate(day * dayMs) }, options)) {
      const view = types.get(listed.contentType) ?? new DayView({ contentType: listed.contentType, start: day * dayMs })
      types.set(listed.contentType, view)
      await view.refresh(this.#lake, this.#tenantId, listed, options)
    }
  }

  /** Drops the partitions that no longer matter at `now`. */
  forget(now: number): void {
    const oldest = dayOf(now - keptMs)
    for (const day of this.#days.keys()) if (day < oldest) this.#days.delete(day)
  }

  isKnown(span: EntrySpan, entry: EntryName): boolean {
    return this.#viewOf(span)?.isKnown(span, entry) ?? false
  }

  openGroups(): OpenGroup[] {
    return this.#views().flatMap(({ openGroups }) => openGroups)
  }

  /** Whether the span was read and every content it names is stored. */
  isWhole(span: EntrySpan): boolean {
    return this.#viewOf(span)?.isWhole(span) ?? false
  }

  /** Event dates of the accesses whose raw objects the entries name that were read since this was last asked. */
  takeNewDates(): ReadonlySet<string> {
    return new Set(this.#views().flatMap((view) => [...view.takeNewDates()]))
  }

  /** The days that hold anything, by content type. */
  days(): KnownDay[] {
    return this.#views().map(({ known }) => known)
  }

  /** How many spans and folds cannot be read: altered, or written by a newer release. */
  get unreadable(): number {
    return this.#views().reduce((sum, { unreadable }) => sum + unreadable, 0)
  }

  #views(): DayView[] {
    return [...this.#days.values()].flatMap((types) => [...types.values()])
  }

  #viewOf({ contentType, start }: EntrySpan): DayView | undefined {
    return this.#days.get(dayOf(start))?.get(contentType)
  }
}

export function dayOf(time: number): number {
  return Math.floor(time / dayMs)
}
