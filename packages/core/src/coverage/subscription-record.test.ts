import { expect, test } from 'vitest'
import { hourMs } from '../interval.ts'
import { within } from '../interval-set.ts'
import type { LedgerEntry } from '../ledger/ledger-entry.ts'
import { parseTenantId } from '../tenant-id.ts'
import { subscriptionRecord } from './subscription-record.ts'

const contentType = 'Audit.Exchange'
const day = Date.parse('2024-03-11T00:00:00Z')
const at = (time: string): number => Date.parse(`2024-03-11T${time}:00Z`)

/** Listed at these times, the last of which named contents created at those. */
function unobserved(listed: readonly string[], created: readonly string[]): string[] {
  const entries = listed.map((time, index): LedgerEntry => {
    const contents = index < listed.length - 1 ? [] : created
    return {
      tenantId: parseTenantId('11111111-2222-4333-8444-555555555555'),
      contentType,
      start: at(time) - hourMs,
      end: at(time),
      entry: 'listed',
      writtenAt: at(time),
      listing: { serviceDate: at(time), localDate: at(time), pages: 1, contents: contents.length },
      operations: ['MailItemsAccessed'],
      selectorVersion: '1',
      contents: contents.map((time) => ({
        id: time,
        uri: 'https://service/1',
        created: at(time),
        expiration: at(time) + 7 * 24 * hourMs,
        outcome: 'pending',
        recordsSeen: 0,
        recordsKept: 0,
        bodySha256: null,
        objects: [],
      })),
    }
  })
  const history = [{ kind: 'subscription-verified' as const, at: day, contentType }]
  const iso = (time: number): string => new Date(time).toISOString().slice(11, 16)
  const { unobserved: found } = subscriptionRecord(history, contentType, entries)
  return within(found, [{ from: day, to: Number.POSITIVE_INFINITY }]).map(({ from, to }) => `${iso(from)}-${iso(to)}`)
}

test.each([
  { title: 'listings an hour apart', listed: ['01:00', '02:00', '03:00'], created: [], silent: [] },
  { title: 'a pause without contents', listed: ['00:30', '04:00'], created: [], silent: ['00:00-04:00'] },
  {
    title: 'a pause with a content an hour at most after another',
    listed: ['00:30', '03:20'],
    created: ['00:40', '01:30', '02:20', '03:10'],
    silent: [],
  },
  { title: 'an hour without contents', listed: ['00:30', '03:30'], created: ['00:50', '02:10', '03:10'], silent: ['00:50-02:10'] },
  {
    title: 'contents in each hour, two of them more than an hour apart',
    listed: ['00:30', '03:30'],
    created: ['00:40', '01:02', '02:15', '03:10'],
    silent: ['01:02-02:15'],
  },
])('$title', ({ listed, created, silent }) => {
  expect(unobserved(listed, created)).toEqual(silent)
})
