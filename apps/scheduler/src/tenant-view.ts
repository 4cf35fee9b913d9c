import {
  type Abortable,
  dayMs,
  type EntryName,
  type EntrySpan,
  type LedgerEntry,
  MailtrailError,
  type TenantId,
  utcDate,
} from '@mailtrail/core'
import { type EntryPlace, listEntryPlaces, type ObjectStore, rawPrefix, readLedgerEntry } from '@mailtrail/lake'
import { type OpenGroup, openGroup } from './open-group.ts'

/** Contents have been seen to stay fetchable for 20 days; partitions older than this hold nothing that is still due. */
const keptMs = 21 * dayMs

/**
 * What the scheduler knows of one tenant's ledger: which entries exist, and which spans have contents that are not stored. It learns
 * only from the lake, so a scheduler that starts anew knows the same.
 */
export class TenantView {
  readonly #lake: ObjectStore
  readonly #tenantId: TenantId
  /** By partition. */
  readonly #known = new Map<number, Set<string>>()
  readonly #open = new Map<string, OpenGroup>()
  readonly #unreadable = new Set<string>()
  #newDates = new Set<string>()

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
    const known = this.#known.get(day) ?? new Set<string>()
    this.#known.set(day, known)
    const groups = new Map<string, { places: EntryPlace[]; isNew: boolean }>()
    for await (const place of listEntryPlaces(this.#lake, this.#tenantId, utcDate(day * dayMs), options)) {
      const span = spanId(place)
      const group = groups.get(span) ?? { places: [], isNew: false }
      group.places.push(place)
      group.isNew ||= !known.has(`${span}.${place.entry}`)
      groups.set(span, group)
    }
    for (const [span, { places, isNew }] of groups) {
      if (!isNew || !(await this.#readGroup(span, places, known, options))) continue
      // Only what was read is known; a read that fails is done again.
      for (const { entry } of places) known.add(`${span}.${entry}`)
    }
  }

  /** Drops the partitions that no longer matter at `now`. */
  forget(now: number): void {
    const oldest = dayOf(now - keptMs)
    for (const day of this.#known.keys()) if (day < oldest) this.#known.delete(day)
    for (const [span, { start }] of this.#open) if (dayOf(start) < oldest) this.#open.delete(span)
  }

  isKnown(span: EntrySpan, entry: EntryName): boolean {
    return this.#known.get(dayOf(span.start))?.has(`${spanId(span)}.${entry}`) ?? false
  }

  openGroups(): readonly OpenGroup[] {
    return [...this.#open.values()]
  }

  /** Whether the span was read and every content it names is stored. */
  isWhole(span: EntrySpan): boolean {
    return (
      (this.isKnown(span, 'listed') || this.isKnown(span, 'seal')) && !this.#open.has(spanId(span)) && !this.#unreadable.has(spanId(span))
    )
  }

  /** Event dates of the accesses whose raw objects the entries name that were read since this was last asked. */
  takeNewDates(): ReadonlySet<string> {
    const dates = this.#newDates
    this.#newDates = new Set()
    return dates
  }

  /** How many spans have an entry that cannot be read: altered, or written by a newer release. */
  get unreadable(): number {
    return this.#unreadable.size
  }

  async #readGroup(span: string, places: readonly EntryPlace[], known: ReadonlySet<string>, options?: Abortable): Promise<boolean> {
    // A lone seal is that of an empty window.
    const isEmpty = places.every(({ entry }) => entry === 'seal')
    try {
      const entries = isEmpty ? [] : await Promise.all(places.map(({ key }) => readLedgerEntry(this.#lake, key, options)))
      for (const entry of entries) if (!known.has(`${span}.${entry.entry}`)) this.#noteDates(entry)
      const group = openGroup(entries)
      if (group) this.#open.set(span, group)
      else this.#open.delete(span)
      this.#unreadable.delete(span)
      return true
    } catch (error) {
      if (!(error instanceof MailtrailError) || error.code !== 'LEDGER_ENTRY_INVALID') throw error
      this.#unreadable.add(span)
      return false
    }
  }

  #noteDates({ contents }: LedgerEntry): void {
    const prefix = `${rawPrefix('MailItemsAccessed', this.#tenantId)}date=`
    for (const { key } of contents.flatMap(({ objects }) => objects)) {
      const date = key.startsWith(prefix) ? key.slice(prefix.length).split('/')[0] : undefined
      if (date) this.#newDates.add(date)
    }
  }
}

export function dayOf(time: number): number {
  return Math.floor(time / dayMs)
}

function spanId(span: EntrySpan): string {
  return `${span.contentType}/${span.start}-${span.end}`
}
