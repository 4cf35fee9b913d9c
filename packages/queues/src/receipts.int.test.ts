import { expect, test } from 'vitest'
import { openPlace, tenant } from '../test/place.ts'
import { createReceipts, type Receipt } from './receipts.ts'

const span = { contentType: 'Audit.Exchange', start: 0, end: 600_000 }
const stored: Receipt = {
  id: 'a$1',
  outcome: 'stored',
  recordsSeen: 3,
  recordsKept: 2,
  bodySha256: 'b'.repeat(64),
  objects: [{ key: 'raw/a', linesSha256: 'c'.repeat(64), recordsSha256: 'd'.repeat(64) }],
}
const expired: Receipt = { id: 'b$2', outcome: 'expired', recordsSeen: 0, recordsKept: 0, bodySha256: null, objects: [] }
const ids = [stored.id, expired.id, 'c$3']

test('receipts of a span come back by content, the last one of each, for an hour', async () => {
  await using place = await openPlace()
  const receipts = createReceipts(place.redis)
  await receipts.add(tenant(1), span, { ...stored, recordsSeen: 1 })
  await receipts.add(tenant(1), span, stored)
  await receipts.add(tenant(1), span, expired)
  expect(await receipts.read(tenant(1), span, ids)).toEqual(
    new Map([
      [stored.id, stored],
      [expired.id, expired],
    ]),
  )
  const [key = ''] = await place.redis.keys('mailtrail:*:receipts:*')
  expect(await place.redis.ttl(key)).toBeGreaterThan(3_590)
})

test.each([
  { title: 'tenant', tenantId: tenant(2), other: span },
  { title: 'content type', tenantId: tenant(1), other: { ...span, contentType: 'Audit.General' } },
  { title: 'span', tenantId: tenant(1), other: { ...span, end: 3_600_000 } },
])('another $title has its own', async ({ tenantId, other }) => {
  await using place = await openPlace()
  const receipts = createReceipts(place.redis)
  await receipts.add(tenant(1), span, stored)
  expect(await receipts.read(tenantId, other, ids)).toEqual(new Map())
  await receipts.forget(tenantId, other)
  expect(await receipts.read(tenant(1), span, ids)).toHaveProperty('size', 1)
})

test('forgotten receipts are gone', async () => {
  await using place = await openPlace()
  const receipts = createReceipts(place.redis)
  await receipts.add(tenant(1), span, stored)
  await receipts.forget(tenant(1), span)
  expect(await receipts.read(tenant(1), span, ids)).toEqual(new Map())
})
