import { dayMs, type EntryName, hourMs, type LedgerEntry, minuteMs, parseTenantId } from '@mailtrail/core'
import { createFolderStore, type ObjectStore, rawKey, writeLedgerEntry } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { readArrival } from './check-read-arrival.ts'
import { recordHistory } from './history.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const now = Date.parse('2024-03-14T12:00:00Z')
const nothing = { verifiedAt: undefined, recordsAt: undefined, mailRecordsAt: undefined, isListed: false }

describe('of a tenant', () => {
  test('without history and ledger nothing is known', async () => {
    await using place = await openPlace()
    expect(await arrival(place.lake)).toEqual(nothing)
  })

  test('the first check that showed the mail subscription enabled counts', async () => {
    await using place = await openPlace()
    for (const [ago, contentType] of [
      [90, 'Audit.General'],
      [60, 'Audit.Exchange'],
      [30, 'Audit.Exchange'],
    ] as const) {
      await recordHistory(place.lake, tenantId, { kind: 'subscription-verified', at: now - ago * minuteMs, contentType })
    }
    expect(await arrival(place.lake)).toEqual({ ...nothing, verifiedAt: now - 60 * minuteMs })
  })

  test('a listing alone brings no records', async () => {
    await using place = await openPlace()
    await write(place.lake, { ago: hourMs, entry: 'listed', outcome: 'pending', mail: true })
    expect(await arrival(place.lake)).toEqual({ ...nothing, isListed: true })
  })

  test.each([
    { title: 'of yesterday', ago: dayMs, seen: true },
    { title: 'of a week ago', ago: 7 * dayMs, seen: true },
    { title: 'of longer ago than the service lists', ago: 9 * dayMs, seen: false },
  ])('stored records $title are seen: $seen', async ({ ago, seen }) => {
    await using place = await openPlace()
    await write(place.lake, { ago, mail: true })
    const at = seen ? now - ago : undefined
    expect(await arrival(place.lake)).toEqual({ ...nothing, recordsAt: at, mailRecordsAt: at, isListed: seen })
  })

  test('records of other operations are told from those of MailItemsAccessed', async () => {
    await using place = await openPlace()
    await write(place.lake, { ago: hourMs, mail: false })
    await write(place.lake, { ago: 3 * dayMs, mail: true })
    expect(await arrival(place.lake)).toMatchObject({ recordsAt: now - hourMs, mailRecordsAt: now - 3 * dayMs })
  })

  test('contents of another type, without records, or not stored say nothing', async () => {
    await using place = await openPlace()
    await write(place.lake, { ago: hourMs, mail: true, contentType: 'Audit.General' })
    await write(place.lake, { ago: 2 * hourMs, mail: false, recordsSeen: 0 })
    await write(place.lake, { ago: 3 * hourMs, mail: true, outcome: 'expired' })
    expect(await arrival(place.lake)).toEqual({ ...nothing, isListed: true })
  })
})

interface Written {
  readonly ago: number
  readonly mail: boolean
  readonly entry?: EntryName
  readonly outcome?: 'stored' | 'pending' | 'expired'
  readonly recordsSeen?: number
  readonly contentType?: string
}

async function write(lake: ObjectStore, written: Written): Promise<void> {
  const { ago, mail, entry = 'seal', outcome = 'stored', recordsSeen = 5, contentType = 'Audit.Exchange' } = written
  const start = now - ago
  const key = rawKey(mail ? 'MailItemsAccessed' : 'Send', tenantId, '2024-03-14', `content-${ago}`)
  const content = { id: `content-${ago}`, uri: 'https://x/', created: start, expiration: start + 7 * dayMs, outcome, recordsSeen }
  const found: LedgerEntry = {
    tenantId,
    contentType,
    start,
    end: start + 10 * minuteMs,
    entry,
    writtenAt: now,
    listing: null,
    operations: ['MailItemsAccessed', 'Send'],
    selectorVersion: '1',
    contents: [{ ...content, recordsKept: recordsSeen, bodySha256: null, objects: [{ key, linesSha256: '', recordsSha256: '' }] }],
  }
  await writeLedgerEntry(lake, found)
}

function arrival(lake: ObjectStore) {
  return readArrival(lake, lake, tenantId, now, {})
}

async function openPlace() {
  const folder = await temporaryFolder()
  return { lake: createFolderStore(folder.path), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}
