import {
  type Abortable,
  type EntryName,
  type EntrySpan,
  type KnownDay,
  type LedgerEntry,
  MailtrailError,
  type TenantId,
} from '@mailtrail/core'
import {
  type EntryPlace,
  type Fold,
  type ListedDay,
  type ObjectStore,
  openLedgerDay,
  placesOf,
  rawPrefix,
  readDayEntry,
} from '@mailtrail/lake'
import { type OpenGroup, openGroup } from './open-group.ts'

/** What the scheduler knows of one UTC day and content type: which entries exist, folded or not, and which spans are open. */
export class DayView {
  readonly #place: Pick<KnownDay, 'contentType' | 'start'>
  readonly #names = new Set<string>()
  readonly #open = new Map<string, OpenGroup>()
  /** Spans with an entry that cannot be read; the fold. */
  readonly #unreadable = new Set<string>()
  #newDates = new Set<string>()
  #fold: { readonly key: string; readonly number: number; readonly isDoubled: boolean } | undefined

  constructor(place: Pick<KnownDay, 'contentType' | 'start'>) {
    this.#place = place
  }

  get known(): KnownDay {
    const isOpen = this.#unreadable.size > 0 || this.openGroups.some(({ unsealed, waiting }) => unsealed || waiting.length > 0)
    return { ...this.#place, fold: this.#fold?.number ?? 0, isOpen, isDoubled: this.#fold?.isDoubled ?? false }
  }

  get openGroups(): OpenGroup[] {
    return [...this.#open.values()]
  }

  /** How many spans and folds cannot be read: altered, or written by a newer release. */
  get unreadable(): number {
    return this.#unreadable.size
  }

  isKnown(span: Pick<EntrySpan, 'start' | 'end'>, entry: EntryName): boolean {
    return this.#names.has(`${spanId(span)}.${entry}`)
  }

  /** Whether the span was read and every content it names is stored. */
  isWhole(span: EntrySpan): boolean {
    const isRead = this.isKnown(span, 'listed') || this.isKnown(span, 'seal')
    return isRead && !this.#open.has(spanId(span)) && !this.#unreadable.has(spanId(span))
  }

  /** Event dates of the accesses whose raw objects the entries name that were read since this was last asked. */
  takeNewDates(): ReadonlySet<string> {
    const dates = this.#newDates
    this.#newDates = new Set()
    return dates
  }

  /** Reads what is new. A fold is read when it is, and again while what it holds was not removed. */
  async refresh(lake: ObjectStore, tenantId: TenantId, listed: ListedDay, options?: Abortable): Promise<void> {
    const [newest] = listed.folds
    const isFoldOld = newest === undefined || (newest === this.#fold?.key && !this.#fold.isDoubled)
    if (isFoldOld && listed.entries.every((place) => this.isKnown(place, place.entry))) return
    const opened = await this.#orUnreadable('fold', () => openLedgerDay(lake, tenantId, listed, options))
    // What lies there beside a fold that cannot be read is known all the same.
    const { fold, loose, doubled } = opened ?? { fold: undefined, loose: listed.entries, doubled: [] }
    if (fold) this.#fold = { key: fold.key, number: fold.summary.fold, isDoubled: doubled.length > 0 }
    for (const [span, places] of Map.groupBy(placesOf({ fold, loose }), spanId)) {
      if (places.every((place) => this.isKnown(place, place.entry))) continue
      // Only what was read is known; a read that fails is done again.
      if (!(await this.#readGroup(lake, places, fold, options))) continue
      for (const { entry } of places) this.#names.add(`${span}.${entry}`)
    }
  }

  async #readGroup(lake: ObjectStore, places: readonly EntryPlace[], fold: Fold | undefined, options?: Abortable): Promise<boolean> {
    const [first] = places
    const span = first ? spanId(first) : ''
    const read = (): Promise<LedgerEntry[]> => Promise.all(places.map(({ key }) => readDayEntry(lake, { fold }, key, options)))
    // A lone seal is that of an empty window.
    const entries = places.every(({ entry }) => entry === 'seal') ? [] : await this.#orUnreadable(span, read)
    if (!entries) return false
    for (const entry of entries) if (!this.isKnown(entry, entry.entry)) this.#noteDates(entry)
    const group = openGroup(entries)
    if (group) this.#open.set(span, group)
    else this.#open.delete(span)
    return true
  }

  #noteDates({ tenantId, contents }: LedgerEntry): void {
    const prefix = `${rawPrefix('MailItemsAccessed', tenantId)}date=`
    for (const { key } of contents.flatMap(({ objects }) => objects)) {
      const date = key.startsWith(prefix) ? key.slice(prefix.length).split('/')[0] : undefined
      if (date) this.#newDates.add(date)
    }
  }

  async #orUnreadable<T>(id: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await read()
      this.#unreadable.delete(id)
      return result
    } catch (error) {
      if (!(error instanceof MailtrailError && /^LEDGER_(ENTRY|FOLD)_INVALID$/.test(error.code))) throw error
      this.#unreadable.add(id)
      return undefined
    }
  }
}

function spanId({ start, end }: Pick<EntrySpan, 'start' | 'end'>): string {
  return `${start}-${end}`
}
