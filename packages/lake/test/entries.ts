import { dayMs, type EntryContent, hourMs, type LedgerEntry, type Outcome, parseTenantId } from '@mailtrail/core'

export const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
export const contentType = 'Audit.Exchange'
export const midnight: number = Date.parse('2024-03-14T00:00:00Z')

/** A listing of the hour after midnight with nothing in it, but for what `members` says. */
export function entry(members: Partial<LedgerEntry> = {}): LedgerEntry {
  const start = members.start ?? midnight
  const end = members.end ?? start + hourMs
  const name = members.entry ?? 'listed'
  const isListing = name === 'listed' || name.startsWith('sweep')
  return {
    tenantId,
    contentType,
    start,
    end,
    entry: name,
    writtenAt: end + hourMs,
    listing: isListing ? { serviceDate: end + hourMs, localDate: end + hourMs, pages: 1, contents: members.contents?.length ?? 0 } : null,
    operations: ['MailItemsAccessed'],
    selectorVersion: '1',
    contents: [],
    ...members,
  }
}

export function content(id: string, outcome: Outcome, members: Partial<EntryContent> = {}): EntryContent {
  const uri = `https://manage.office.com/${id}`
  const counts = { recordsSeen: 0, recordsKept: 0, bodySha256: null, objects: [] }
  return { id, uri, created: midnight, expiration: midnight + 7 * dayMs, outcome, ...counts, ...members }
}

/** Everything that a quiet day of windows of six hours leaves behind, each window with one stored content. */
export function quietDay(day: number): LedgerEntry[] {
  const windows = [0, 6, 12, 18].map((hour) => ({ start: day + hour * hourMs, end: day + (hour + 6) * hourMs }))
  const sweep = (name: LedgerEntry['entry'], end = day + dayMs): LedgerEntry =>
    entry({ start: day, end, entry: name, writtenAt: end + dayMs })
  return [
    ...windows.flatMap((window) => {
      const of = (outcome: Outcome): EntryContent[] => [content(`c-${window.start}`, outcome, { created: window.start })]
      return [entry({ ...window, contents: of('pending') }), entry({ ...window, entry: 'seal', contents: of('stored') })]
    }),
    sweep('sweep-24h'),
    sweep('sweep-settle', day + 4 * dayMs),
    sweep('sweep-last'),
  ]
}
