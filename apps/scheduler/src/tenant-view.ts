import { type Abortable, dayMs, defaultHorizonMs, type EntrySpan, entryName, listableMs, type TenantId, utcDate } from '@mailtrail/core'
import { type EntryPlace, listEntryPlaces, type ObjectStore, readLedgerEntry } from '@mailtrail/lake'
import { type OpenGroup, openGroup } from './open-group.ts'

/** Partitions older than this hold nothing that is still due. */
const keptMs = listableMs + dayMs + defaultHorizonMs

/**
 * What the scheduler knows of one tenant's ledger: which entries exist, and which spans have contents that are not stored. It learns
 * only from the lake, so a scheduler that starts anew knows the same.
 */
export class TenantView {
  readonly #lake: ObjectStore
  readonly #tenantId: TenantId
  readonly #names = new Map<string, Set<string>>()
  readonly #open = new Map<string, OpenGroup>()

  constructor(lake: ObjectStore, tenantId: TenantId) {
    this.#lake = lake
    this.#tenantId = tenantId
  }

  /** Reads every partition that can still matter at `now`. */
  async load(now: number, options?: Abortable): Promise<void> {
    for (let day = now - keptMs; day <= now + dayMs; day += dayMs) await this.refresh(utcDate(day), options)
  }

  /** Reads what is new in the partition `date`, the day of the spans' starts. */
  async refresh(date: string, options?: Abortable): Promise<void> {
    const names = this.#names.get(date) ?? new Set<string>()
    this.#names.set(date, names)
    const groups = new Map<string, { places: EntryPlace[]; isNew: boolean }>()
    for await (const place of listEntryPlaces(this.#lake, this.#tenantId, date, options)) {
      const name = entryName(place, place.entry)
      const group = groups.get(spanOf(place)) ?? { places: [], isNew: false }
      group.places.push(place)
      group.isNew ||= !names.has(name)
      groups.set(spanOf(place), group)
      names.add(name)
    }
    for (const [span, { places, isNew }] of groups) if (isNew) await this.#readGroup(span, places, options)
  }

  /** Drops the partitions that no longer matter at `now`. */
  forget(now: number): void {
    const oldest = utcDate(now - keptMs)
    for (const date of this.#names.keys()) if (date < oldest) this.#names.delete(date)
  }

  isKnown(span: EntrySpan, name: string): boolean {
    return this.#names.get(utcDate(span.start))?.has(name) ?? false
  }

  openGroups(): readonly OpenGroup[] {
    return [...this.#open.values()]
  }

  async #readGroup(span: string, places: readonly EntryPlace[], options?: Abortable): Promise<void> {
    // A lone seal is that of an empty window.
    const isEmpty = places.every(({ entry }) => entry === 'seal')
    const group = isEmpty ? undefined : openGroup(await Promise.all(places.map(({ key }) => readLedgerEntry(this.#lake, key, options))))
    if (group) this.#open.set(span, group)
    else this.#open.delete(span)
  }
}

function spanOf(span: EntrySpan): string {
  return `${span.contentType}/${span.start}-${span.end}`
}
