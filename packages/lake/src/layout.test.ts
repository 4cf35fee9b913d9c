import { createHash } from 'node:crypto'
import { parseTenantId } from '@mailtrail/core'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { createFolderStore } from './folder-store.ts'
import * as layout from './layout.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const otherTenant = parseTenantId('99999999-2222-4333-8444-555555555555')
const date = '2024-03-14'
const oddIds = [
  '20240314001000000123456$20240314001500000654321$audit_exchange$Audit_Exchange$emea0001',
  '../../control/tenants/x',
  'a/b\\c',
  '..',
  '',
  'a\0b',
  'ä '.repeat(500),
]

describe(layout.rawKey, () => {
  test('is the partition of the operation, tenant and date, and the hash of the content id', () => {
    const hash = createHash('sha256').update('content$1').digest('hex')
    expect(layout.rawKey('MailItemsAccessed', tenantId, date, 'content$1')).toBe(
      `raw/operation=MailItemsAccessed/tenant=${tenantId}/date=2024-03-14/${hash}.ndjson.gz`,
    )
  })

  test.each(oddIds)('is a key the lake takes when the content id is %j', async (contentId) => {
    await using folder = await temporaryFolder()
    const key = layout.rawKey('MailItemsAccessed', tenantId, date, contentId)
    expect(key).toMatch(/^raw\/operation=MailItemsAccessed\/tenant=[0-9a-f-]{36}\/date=2024-03-14\/[0-9a-f]{64}\.ndjson\.gz$/)
    expect(await createFolderStore(folder.path).create(key, Buffer.from('x'))).toBe('created')
  })

  test('differs for every content id, operation, tenant and date', () => {
    const keys = [
      ...oddIds.map((id) => layout.rawKey('MailItemsAccessed', tenantId, date, id)),
      layout.rawKey('Send', tenantId, date, oddIds[0] ?? ''),
      layout.rawKey('MailItemsAccessed', otherTenant, date, oddIds[0] ?? ''),
      layout.rawKey('MailItemsAccessed', tenantId, 'unknown', oddIds[0] ?? ''),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  test.each(['a/b', '../..', 'New-InboxRule', 'a b', '*'])('keeps the operation %j in one part of the key', (operation) => {
    const [raw, part = '', tenant] = layout.rawKey(operation, tenantId, date, 'x').split('/')
    expect([raw, tenant]).toEqual(['raw', `tenant=${tenantId}`])
    expect(decodeURIComponent(part.slice('operation='.length))).toBe(operation)
  })

  test('lies below the prefix of its tenant, and of its date', () => {
    const key = layout.rawKey('Send', tenantId, date, 'x')
    expect(key.startsWith(layout.rawPrefix('Send', tenantId))).toBe(true)
    expect(key.startsWith(layout.rawPrefix('Send', tenantId, date))).toBe(true)
    expect(key.startsWith(layout.rawPrefix('Send', tenantId, '2024-03-1'))).toBe(false)
  })
})

test('a variant stands beside its object, named by the first 16 digits of its records digest', () => {
  const key = layout.rawKey('Send', tenantId, date, 'x')
  expect(layout.variantKey(key, 'f'.repeat(64))).toBe(key.replace('.ndjson.gz', '~ffffffffffffffff.ndjson.gz'))
})

test('every key below a tenant prefix holds the tenant as a whole part', () => {
  const keys = [
    layout.rawKey('Send', tenantId, date, 'x'),
    `${layout.ledgerPrefix(tenantId, date)}x`,
    layout.alertKey(tenantId, date, 'id'),
    layout.deliveredKey(tenantId, date, 'id', 'siem'),
    layout.quarantineKey(tenantId, '../x', 'body'),
    layout.emailEventsKey(tenantId, date, 'f'.repeat(64)),
  ]
  for (const key of keys) expect(key.split('/')).toContain(`tenant=${tenantId}`)
})

test('history keys sort by time and hold no colon, which some stores refuse', () => {
  const early = layout.historyKey(tenantId, '2024-03-14T09:00:00.000Z', 'subscription-verified.Audit.Exchange')
  const late = layout.historyKey(tenantId, '2024-03-14T10:00:00.000Z', 'added')
  expect([late, early].sort()).toEqual([early, late])
  expect(early).not.toContain(':')
})

test('checks lie below the prefix of their tenant, in the order of time, and not among the tenants', () => {
  const keys = ['2024-03-14T00:00:00.000Z', '2024-03-14T12:00:00.000Z', '2024-11-01T00:00:00.000Z'].map((at) =>
    layout.checkKey(tenantId, at),
  )
  expect(keys.toSorted()).toEqual(keys)
  expect(keys.every((key) => key.startsWith(layout.checksPrefix(tenantId)) && !key.startsWith(layout.tenantsPrefix))).toBe(true)
})

test.each([
  { key: layout.tenantKey(tenantId), replaceable: true },
  { key: layout.historyKey(tenantId, '2024-03-14T00:00:00.000Z', 'added'), replaceable: false },
  { key: layout.checkKey(tenantId, '2024-03-14T00:00:00.000Z'), replaceable: false },
  { key: layout.itemsKey(tenantId, date), replaceable: true },
  { key: layout.consentKey('nonce'), replaceable: false },
  { key: layout.alertKey(tenantId, date, 'id'), replaceable: false },
])('whether $key may change: $replaceable', ({ key, replaceable }) => {
  expect(layout.isReplaceable(key)).toBe(replaceable)
})
