import {
  dayMs,
  type EntryContent,
  type EntryName,
  type EntrySpan,
  entryGraceMs,
  listableMs,
  outcomes,
  type TenantId,
  utcDate,
} from '@mailtrail/core'
import { contentHash, contentHashOf, dateOf } from '../layout.ts'
import { ledgerKey } from '../ledger.ts'
import { LineSorter } from '../line-sorter.ts'
import type { FindingLog } from './finding.ts'

export interface StrayJudgement {
  readonly log: FindingLog
  /** How far the time of the ledger has come; undefined when nothing was listed. */
  readonly present: number | undefined
}

interface KnownContent {
  readonly outcome: EntryContent['outcome']
  /** The entry that would say that it was stored. */
  readonly repair: string
  /** When the last entry of its span was written. */
  readonly since: number
}

/** Raw objects that no entry names, brought together with what the ledger says of their contents, in bounded memory. */
export class StrayObjects {
  readonly #lines: LineSorter
  readonly #tenantId: TenantId
  #added = Promise.resolve()

  constructor(tenantId: TenantId, { folder, heldBytes }: { readonly folder: string; readonly heldBytes: number }) {
    this.#tenantId = tenantId
    this.#lines = new LineSorter({ folder, heldBytes })
  }

  /** @param span - whose entries name the content. @param names - of all its entries */
  async content(
    { id, outcome }: EntryContent,
    { span, names, since }: { readonly span: EntrySpan; readonly names: readonly EntryName[]; readonly since: number },
  ): Promise<void> {
    const last = Math.max(0, ...names.map((name) => Number(/^repair-(\d+)$/.exec(name)?.[1] ?? 0)))
    const repair = ledgerKey(this.#tenantId, span, `repair-${last + 1}`)
    await this.#lines.add(`${contentHash(id)}\n0${JSON.stringify({ outcome, repair, since } satisfies KnownContent)}`)
  }

  /** May be called by several at once. */
  stray(key: string): Promise<void> {
    this.#added = this.#added.then(() => this.#lines.add(`${contentHashOf(key) ?? ''}\n1${key}`))
    return this.#added
  }

  /** @returns how many may be of contents that are not listed yet */
  async judge(judgement: StrayJudgement): Promise<number> {
    let awaiting = 0
    let [hash, best]: [string, KnownContent | undefined] = ['', undefined]
    for await (const line of this.#lines.sorted()) {
      const [of = '', rest = ''] = line.split('\n')
      if (of !== hash) [hash, best] = [of, undefined]
      if (rest.startsWith('1')) awaiting += judge(rest.slice(1), best, judgement) ? 1 : 0
      else best = better(JSON.parse(rest.slice(1)), best)
    }
    return awaiting
  }
}

function better(a: KnownContent, b: KnownContent | undefined): KnownContent {
  return b === undefined || outcomes.indexOf(a.outcome) < outcomes.indexOf(b.outcome) ? a : b
}

/** Whether it has to be waited for. */
function judge(key: string, content: KnownContent | undefined, { log, present }: StrayJudgement): boolean {
  if (!content) return isExpected(key, { log, present })
  if (content.outcome === 'stored' || content.outcome === 'quarantined') {
    const meaning =
      'Its content is stored, and no entry names this object: the service once sent another version, or somebody put it there.'
    log.add({ what: 'unrecorded', key, namedBy: 'nothing', meaning })
    return false
  }
  // Fetching broke off in the middle of it, and the ledger says that it was given up.
  if (content.outcome === 'dropped') return false
  if (present === undefined || present <= content.since + entryGraceMs) return true
  const meaning = `Records of a content are there (${key}) that no entry says was stored: fetching broke off, or the entry was removed. Restore it from a copy.`
  log.add({ what: 'missing', key: content.repair, namedBy: key, meaning })
  return false
}

/** Whether its content may be listed soon: the open window is peeked at, and some of the records that come then are days old. */
function isExpected(key: string, { log, present }: StrayJudgement): boolean {
  const date = dateOf(key) ?? 'unknown'
  if (present === undefined) {
    const meaning = 'There is no ledger: it was removed, or the tenant was added minutes ago.'
    log.add({ what: 'unrecorded', key, namedBy: 'nothing', meaning })
    return false
  }
  if (date !== 'unknown' && date > utcDate(present + dayMs)) {
    const meaning =
      'It is of a time that the ledger does not reach: the newest days of the ledger were removed. Restore them from a copy of the lake.'
    log.add({ what: 'unrecorded', key, namedBy: 'nothing', meaning })
    return false
  }
  if (date === 'unknown' || date >= utcDate(present - listableMs - dayMs)) return true
  const meaning = 'No entry lists its content: its window was never listed, or somebody put it there. Find out before you rely on it.'
  log.add({ what: 'unrecorded', key, namedBy: 'nothing', meaning })
  return false
}
