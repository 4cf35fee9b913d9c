import { type Abortable, type FoldName, lastFold, type TenantId } from '@mailtrail/core'
import { foldKey } from '../layout.ts'
import type { ObjectStore } from '../object-store.ts'
import type { FoldHead } from '../open-fold.ts'
import { readFoldHead } from '../read-fold.ts'
import type { FindingLog } from './finding.ts'

/** A digest that was published outside the lake. */
export interface PublishedHead {
  readonly sha256: string
  /** Of which day and fold, where that was published too. */
  readonly contentType?: string | undefined
  readonly date?: string | undefined
  readonly fold?: number | undefined
}

/** What published heads vouch for. */
export interface Anchor {
  readonly state: 'anchored' | 'unanchored' | 'head not in the chain'
  /** Published heads that are in the chain. */
  readonly heads: number
  /** Folds of the chain that these vouch for, and those that were made later or beside them. */
  readonly vouched: number
  readonly unvouched: number
}

interface Link {
  readonly name: FoldName
  readonly contentType: string
  readonly names: readonly FoldName[]
  /** Whether it lies in the lake; else a later fold of its day holds its summary. */
  readonly isThere: boolean
}

/** The folds of a tenant and how they name each other, some hundred bytes a fold. */
export class FoldChain {
  readonly #tenantId: TenantId
  readonly #links = new Map<string, Link>()
  /** Days with entries or folds, by content type and date. */
  readonly #days = new Set<string>()
  readonly #unreadable = new Map<string, number>()

  constructor(tenantId: TenantId) {
    this.#tenantId = tenantId
  }

  noteDay(contentType: string, date: string): void {
    this.#days.add(`${contentType}/${date}`)
  }

  /** A fold that lies in the lake. */
  add({ summary, sha256 }: FoldHead): void {
    this.#link(summary, sha256, true)
  }

  /** A fold whose summary a later one of its day holds. */
  addReplaced({ summary, sha256 }: FoldHead): void {
    if (!this.#links.has(sha256)) this.#link(summary, sha256, false)
  }

  addUnreadable(contentType: string, date: string, fold: number): void {
    const day = `${contentType}/${date}`
    this.#unreadable.set(day, Math.max(fold, this.#unreadable.get(day) ?? 0))
  }

  /** Names each fold that another names and that is not there. */
  async check(lake: ObjectStore, log: FindingLog, options?: Abortable): Promise<void> {
    const numbers = new Map<string, number>()
    for (const { name, contentType, isThere } of this.#links.values()) {
      const day = `${contentType}/${name.date}`
      if (isThere) numbers.set(day, Math.max(name.fold, numbers.get(day) ?? 0))
    }
    for (const { name: by, contentType, names } of [...this.#links.values()]) {
      for (const name of names) {
        const day = `${contentType}/${name.date}`
        // What the last fold of a day replaces goes; of what an unreadable one replaces nobody can tell.
        const isReplaced = this.#links.has(name.sha256) && name.fold < lastFold && numbers.get(day) === lastFold
        if (this.#links.get(name.sha256)?.isThere || isReplaced || (this.#unreadable.get(day) ?? 0) >= name.fold) continue
        const namedBy = foldKey(this.#tenantId, by.date, contentType, by.fold)
        await this.#report(lake, log, { name, contentType, namedBy, isDayThere: this.#days.has(day) }, options)
      }
    }
  }

  /** Whether any fold names one of this day. */
  isNamed(contentType: string, date: string): boolean {
    return [...this.#links.values()].some((link) => link.contentType === contentType && link.names.some((name) => name.date === date))
  }

  anchor(heads: readonly PublishedHead[], log: FindingLog): Anchor {
    const found = heads.filter(({ sha256 }) => this.#links.has(sha256))
    for (const { sha256, contentType, date, fold } of heads) {
      if (this.#links.has(sha256)) continue
      const key = contentType && date && fold ? foldKey(this.#tenantId, date, contentType, fold) : sha256
      log.add({
        what: 'head not in the chain',
        key,
        namedBy: `the published head ${sha256}`,
        meaning:
          'The fold of this digest is not in the ledger, nor in any fold: the ledger was cut or written anew. Compare it with a copy.',
      })
    }
    const vouched = this.#reachedFrom(found.map(({ sha256 }) => sha256))
    const state = heads.length === 0 ? 'unanchored' : found.length < heads.length ? 'head not in the chain' : 'anchored'
    return { state, heads: found.length, vouched: vouched.size, unvouched: this.#links.size - vouched.size }
  }

  #link({ date, fold, contentType, previous, replaces }: FoldHead['summary'], sha256: string, isThere: boolean): void {
    this.#links.set(sha256, { name: { date, fold, sha256 }, contentType, names: [...previous, ...replaces], isThere })
  }

  async #report(
    lake: ObjectStore,
    log: FindingLog,
    { name, contentType, namedBy, isDayThere }: { name: FoldName; contentType: string; namedBy: string; isDayThere: boolean },
    options?: Abortable,
  ): Promise<void> {
    const key = foldKey(this.#tenantId, name.date, contentType, name.fold)
    // It may have been made since its day was read.
    const there = await readFoldHead(lake, key, options)
    if (there?.sha256 === name.sha256) return
    const meaning = 'The fold that was made is not the one that is there: its day was written anew. Restore it from a copy of the lake.'
    if (there) return log.add({ what: 'altered', key, namedBy, meaning })
    const last = foldKey(this.#tenantId, name.date, contentType, lastFold)
    log.add({
      what: 'missing',
      key: isDayThere ? key : last,
      namedBy,
      meaning: isDayThere
        ? 'A fold was removed. Restore it from a copy of the lake.'
        : 'Nothing is there of a day that was folded: all of its ledger was removed. Restore it from a copy of the lake.',
    })
  }

  #reachedFrom(start: readonly string[]): ReadonlySet<string> {
    const reached = new Set<string>()
    const waiting = [...start]
    for (let sha256 = waiting.pop(); sha256 !== undefined; sha256 = waiting.pop()) {
      const link = this.#links.get(sha256)
      if (!link || reached.has(sha256)) continue
      reached.add(sha256)
      waiting.push(...link.names.map((name) => name.sha256))
    }
    return reached
  }
}
