import { type HistoryEvent, parseTenantId } from '@mailtrail/core'
import { createFolderStore } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { readHistory, recordHistory } from './history.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const otherTenant = parseTenantId('99999999-2222-4333-8444-555555555555')
const contentType = 'Audit.Exchange'
const added: HistoryEvent = {
  kind: 'added',
  at: Date.parse('2024-03-11T00:00:00Z'),
  contentTypes: [contentType],
  windowMinutes: 10,
  backfill: true,
}
const verified: HistoryEvent = { kind: 'subscription-verified', at: Date.parse('2024-03-11T00:05:00.250Z'), contentType }
const lost: HistoryEvent = {
  kind: 'subscription-lost',
  at: Date.parse('2024-03-20T10:00:00Z'),
  contentType,
  lastListed: Date.parse('2024-03-20T09:50:00Z'),
  reason: 'disabled',
}
const never: HistoryEvent = { ...lost, at: lost.at + 1, lastListed: null, reason: 'missing' }

test('events come back oldest first, in whatever order they were recorded', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  for (const event of [never, lost, added, verified]) await recordHistory(lake, tenantId, event)
  expect(await readHistory(lake, tenantId)).toEqual([added, verified, lost, never])
})

test('the same event twice is one', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await Promise.all([recordHistory(lake, tenantId, verified), recordHistory(lake, tenantId, verified)])
  await recordHistory(lake, tenantId, verified)
  expect(await readHistory(lake, tenantId)).toEqual([verified])
})

test('events at one time are kept by kind and content type', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const events = [verified, { ...verified, contentType: 'Audit.General' }, { ...lost, at: verified.at }]
  for (const event of events) await recordHistory(lake, tenantId, event)
  expect(await readHistory(lake, tenantId)).toHaveLength(3)
})

test('each tenant has its own', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await recordHistory(lake, otherTenant, added)
  expect(await readHistory(lake, tenantId)).toEqual([])
})
