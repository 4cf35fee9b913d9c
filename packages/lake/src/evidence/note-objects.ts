import { mergeContents } from '@mailtrail/core'
import { quarantineKey } from '../layout.ts'
import { ledgerKey } from '../ledger.ts'
import type { LedgerCheck } from './verify-ledger.ts'
import type { VerifiedDay } from './verify-ledger-day.ts'

/** Notes which objects the entries of a day name, and what they say of each content. */
export async function noteObjects(
  { tenantId, book, strays }: Pick<LedgerCheck, 'tenantId' | 'book' | 'strays'>,
  day: VerifiedDay,
): Promise<void> {
  for (const [, group] of Map.groupBy(day.entries, ({ start, end }) => `${start}-${end}`)) {
    const [span] = group
    if (!span) continue
    const names = day.names.filter(({ start, end }) => start === span.start && end === span.end).map(({ entry }) => entry)
    const since = group.reduce((latest, { writtenAt, listing }) => Math.max(latest, writtenAt, listing?.serviceDate ?? 0), 0)
    for (const content of mergeContents(group).values()) await strays.content(content, { span, names, since })
    for (const entry of group) {
      const key = ledgerKey(tenantId, entry, entry.entry)
      const by = day.folded?.entries.has(key) ? `${day.folded.key} (${key.slice(key.lastIndexOf('/') + 1)})` : key
      for (const { id, outcome, objects } of entry.contents) {
        for (const { key: object, ...digests } of objects) await book.named(object, { by, digests })
        if (outcome === 'quarantined') await book.named(quarantineKey(tenantId, id, 'json'), { by })
      }
    }
  }
}
