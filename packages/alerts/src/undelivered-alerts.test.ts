import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseTenantId } from '@mailtrail/core'
import { alertKey, alertPrefix, createFolderStore, deliveredKey, type ObjectStore } from '@mailtrail/lake'
import { expect, test } from 'vitest'
import { undeliveredAlerts } from './undelivered-alerts.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const otherTenant = parseTenantId('99999999-2222-4333-8444-555555555555')
const first = '1'.repeat(32)
const second = 'f'.repeat(32)
const march = { from: '2024-03-01', to: '2024-03-31' }
const empty = new Uint8Array()

test('each destination is asked for the alerts it has not accepted', async () => {
  await using lake = await temporaryLake()
  await lake.create(alertKey(tenantId, '2024-03-14', first), empty)
  await lake.create(alertKey(tenantId, '2024-03-14', second), empty)
  await lake.create(deliveredKey(tenantId, '2024-03-14', first, 'siem'), empty)
  await lake.create(deliveredKey(tenantId, '2024-03-14', second, 'zulu.soar'), empty)

  expect(await find(lake, ['siem', 'zulu.soar'], march)).toEqual([
    { tenantId, date: '2024-03-14', alertId: first, destination: 'zulu.soar' },
    { tenantId, date: '2024-03-14', alertId: second, destination: 'siem' },
  ])
})

test('an id in two partitions is two alerts', async () => {
  await using lake = await temporaryLake()
  await lake.create(alertKey(tenantId, '2024-03-14', first), empty)
  await lake.create(alertKey(tenantId, '2024-03-15', first), empty)
  await lake.create(deliveredKey(tenantId, '2024-03-14', first, 'siem'), empty)
  expect(await find(lake, ['siem'], march)).toEqual([{ tenantId, date: '2024-03-15', alertId: first, destination: 'siem' }])
})

test('only the partitions asked for are looked at, both ends included', async () => {
  await using lake = await temporaryLake()
  for (const day of ['11', '12', '13', '14', '15']) await lake.create(alertKey(tenantId, `2024-03-${day}`, first), empty)
  const found = await find(lake, ['siem'], { from: '2024-03-12', to: '2024-03-14' })
  expect(found.map(({ date }) => date)).toEqual(['2024-03-12', '2024-03-13', '2024-03-14'])
})

test("another tenant's alerts, and objects that are no alerts, are passed over", async () => {
  await using lake = await temporaryLake()
  await lake.create(alertKey(otherTenant, '2024-03-14', first), empty)
  await lake.create(deliveredKey(tenantId, '2024-03-14', first, 'siem'), empty)
  await lake.create(`${alertPrefix(tenantId, '2024-03-14')}notes.json`, empty)
  await lake.create(`${alertPrefix(tenantId)}date=unknown/${first}.json`, empty)
  expect(await find(lake, ['siem', 'soar'], march)).toEqual([])
})

function find(lake: ObjectStore, destinations: readonly string[], range: { from: string; to: string }) {
  return collect(undeliveredAlerts(lake, tenantId, destinations, range))
}

async function temporaryLake() {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-alerts-'))
  return { ...createFolderStore(folder), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
