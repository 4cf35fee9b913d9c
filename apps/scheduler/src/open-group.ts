import { type EntryContent, type EntrySpan, type LedgerEntry, mergeContents, type Outcome } from '@mailtrail/core'
import { ledgerKey } from '@mailtrail/lake'

/** A span with contents that are not stored. */
export interface OpenGroup extends EntrySpan {
  /** When the first of its entries was written: the earlier of the service's and the lister's clock. */
  readonly since: number
  /** Whether a seal is still to be written; sweeps have none. */
  readonly unsealed: boolean
  /** The outcome that speaks for the span: one that can still heal, if there is any. */
  readonly outcome: Exclude<Outcome, 'stored'>
  /** Until when the service keeps what is not stored. */
  readonly expiration: number
  readonly waiting: readonly WaitingEntry[]
}

/** An entry that names contents still to be fetched. */
export interface WaitingEntry {
  readonly key: string
  /** How many contents it lists. */
  readonly total: number
  /** When the first that waits expires. */
  readonly expiration: number
  /** Whether all that wait are in the dead letters. */
  readonly isDead: boolean
}

/** @param entries - all entries of one span; undefined when every content they name is stored, and a window is sealed */
export function openGroup(entries: readonly LedgerEntry[]): OpenGroup | undefined {
  const best = mergeContents(entries)
  const contents = [...best.values()]
  const unsealed = entries.some(({ entry }) => entry === 'listed') && !entries.some(({ entry }) => entry === 'seal')
  const [first] = entries
  // A window as long as an hour shares its span with sweeps, by which its contents may be stored before it is sealed.
  const spokesman = contents.find(isWaiting) ?? contents.find(({ outcome }) => outcome !== 'stored') ?? (unsealed ? contents[0] : undefined)
  if (!first || !spokesman) return undefined
  const waitingIn = ({ contents }: LedgerEntry): EntryContent[] =>
    contents.filter((content) => isWaiting(content) && isWaiting(best.get(content.id) ?? content))
  return {
    contentType: first.contentType,
    start: first.start,
    end: first.end,
    since: Math.min(...entries.map(({ writtenAt, listing }) => Math.min(writtenAt, listing?.serviceDate ?? writtenAt))),
    unsealed,
    outcome: spokesman.outcome === 'stored' ? 'pending' : spokesman.outcome,
    expiration: spokesman.expiration,
    waiting: entries.flatMap((entry) => {
      const waiting = waitingIn(entry)
      if (waiting.length === 0) return []
      const expiration = Math.min(...waiting.map((content) => content.expiration))
      const isDead = waiting.every(({ id }) => best.get(id)?.outcome === 'dead')
      return [{ key: ledgerKey(entry.tenantId, entry, entry.entry), total: entry.contents.length, expiration, isDead }]
    }),
  }
}

function isWaiting({ outcome }: { readonly outcome: Outcome }): boolean {
  return outcome === 'pending' || outcome === 'dead'
}
