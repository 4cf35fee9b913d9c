import { collectedSpans, collectionOf, isoSeconds, type MissingEntry, missingEntries, missingFold, utcDate } from '@mailtrail/core'
import { foldKey } from '../layout.ts'
import { ledgerKey } from '../ledger.ts'
import type { LedgerCheck } from './verify-ledger.ts'
import type { VerifiedDay } from './verify-ledger-day.ts'

export interface MissingContext {
  /** Whether the day is one that is folded: releases before made no folds. */
  readonly isFolded: boolean
  /** How far the time of the ledger has come, UTC milliseconds. */
  readonly present: number
}

/** Names the entries and the fold that a day lacks. */
export function reportMissing(
  { tenantId, history, horizonMs, log }: Pick<LedgerCheck, 'tenantId' | 'history' | 'horizonMs' | 'log'>,
  day: VerifiedDay,
  { isFolded, present }: MissingContext,
): void {
  const plan = { collection: collectionOf(history), collected: collectedSpans(history), present, horizonMs }
  for (const entry of missingEntries(day, plan)) {
    const key = ledgerKey(tenantId, entry, entry.entry)
    log.add({ what: 'missing', key, namedBy: reasons[entry.why].by, meaning: `${reasons[entry.why].meaning}${furtherSpans(entry)}` })
  }
  const fold = isFolded ? missingFold(day, plan) : undefined
  if (fold === undefined) return
  const meaning =
    'The day was not folded for long, or its fold was removed. Start the compactor, which folds it, or restore it from a copy.'
  log.add({ what: 'missing', key: foldKey(tenantId, utcDate(day.start), day.contentType, fold), namedBy: 'the age of the day', meaning })
}

const reasons: Readonly<Record<MissingEntry['why'], { readonly by: string; readonly meaning: string }>> = {
  unlisted: {
    by: 'the history of the tenant',
    meaning: 'A window was not listed, or its entries were removed. mailtrail coverage tells whether it can still be listed.',
  },
  unswept: { by: 'the history of the tenant', meaning: 'A span was not listed again, or the entry of that was removed.' },
  unsealed: {
    by: 'the entry listed',
    meaning: 'A window was not sealed for long, or its seal was removed. Restore it from a copy of the lake.',
  },
  'no listing': {
    by: 'the entry seal',
    meaning: 'The listing that this window was sealed after was removed. Restore it from a copy of the lake.',
  },
  unnumbered: { by: 'a later repair', meaning: 'A repair between others was removed. Restore it from a copy of the lake.' },
}

function furtherSpans({ more, until }: MissingEntry): string {
  return more === 0 ? '' : ` So were ${more} spans after it, up to ${isoSeconds(until)}.`
}
