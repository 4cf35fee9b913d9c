import type { Random } from '../random.ts'
import { hourMs } from './calendar.ts'
import type { Draft } from './contents.ts'
import type { StoryRecord } from './story-record.ts'

/** Puts some records into a second content, hours or days after the first, with their keys in another order. */
export function placeDuplicates(random: Random, drafts: readonly Draft[]): Draft[] {
  const additions = new Map<Draft, StoryRecord[]>()
  for (const draft of drafts) {
    for (const record of draft.records) {
      if (record.way !== undefined || !random.chance(0.02)) continue
      const earliest = draft.listedFrom + random.int(2 * hourMs, 120 * hourMs)
      const later = drafts.find(({ created, records }) => created >= earliest && records.every(({ way }) => way === undefined))
      if (later) additions.set(later, [...(additions.get(later) ?? []), { ...record, record: reorder(random, record.record) }])
    }
  }
  return drafts.map((draft) => ({ ...draft, records: [...draft.records, ...(additions.get(draft) ?? [])] }))
}

function reorder(random: Random, record: object): object {
  const entries = Object.entries(record)
  return Object.fromEntries(random.sample(entries, entries.length))
}
