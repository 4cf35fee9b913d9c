import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseTenantId } from '@mailtrail/core'
import { alertKey, createFolderStore, deliveredKey } from '@mailtrail/lake'
import { expect, test } from 'vitest'
import { isDelivered, markDelivered, raiseAlert, readAlert } from './alert-store.ts'
import { throttledAlert } from './new-alert.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const otherTenant = parseTenantId('99999999-2222-4333-8444-555555555555')
const mailboxGuid = 'aaaaaaaa-0000-4000-8000-000000000001'
const flaggedAt = Date.parse('2024-03-14T10:00:00Z')
const alert = throttledAlert({ tenantId, mailboxGuid, flaggedAt, raisedAt: flaggedAt + 60_000 })
const ref = { tenantId, date: alert.date, alertId: alert.id }
const receipt = { at: flaggedAt + 90_000, attempts: 2, status: 204, webhookId: alert.id }

test('an alert is raised once, and stays as it was raised', async () => {
  await using lake = await temporaryLake()
  expect(await raiseAlert(lake, alert)).toBe('raised')
  expect(await raiseAlert(lake, { ...alert, raisedAt: '2024-03-15T00:00:00Z' })).toBe('known')
  expect(await readAlert(lake, ref)).toEqual(alert)
})

test('an alert that is not of the schema is not written', async () => {
  await using lake = await temporaryLake()
  const withAddress = { ...alert, data: { ...alert.data, mailboxGuid: 'jane.doe@hospital.example' } }
  await expect(raiseAlert(lake, withAddress)).rejects.toMatchObject({ code: 'ALERT_INVALID' })
  expect(await collect(lake.list('alerts/'))).toEqual([])
})

test('an alert that was never raised reads as undefined', async () => {
  await using lake = await temporaryLake()
  expect(await readAlert(lake, ref)).toBeUndefined()
})

test('an alert lying in the place of another tenant is refused', async () => {
  await using lake = await temporaryLake()
  await lake.create(alertKey(otherTenant, alert.date, alert.id), new TextEncoder().encode(JSON.stringify(alert)))
  await expect(readAlert(lake, { ...ref, tenantId: otherTenant })).rejects.toMatchObject({ code: 'ALERT_INVALID' })
})

test('a delivery is recorded for its destination alone, and its first receipt stays', async () => {
  await using lake = await temporaryLake()
  await markDelivered(lake, { ...ref, destination: 'siem' }, receipt)
  await markDelivered(lake, { ...ref, destination: 'siem' }, { ...receipt, attempts: 3 })

  expect(await isDelivered(lake, { ...ref, destination: 'siem' })).toBe(true)
  expect(await isDelivered(lake, { ...ref, destination: 'soar' })).toBe(false)
  const stored = await lake.read(deliveredKey(tenantId, alert.date, alert.id, 'siem'))
  expect(JSON.parse(Buffer.from(stored ?? []).toString())).toEqual({
    schema: 1,
    destination: 'siem',
    at: '2024-03-14T10:01:30.000Z',
    attempts: 2,
    status: 204,
    webhookId: alert.id,
  })
})

async function temporaryLake() {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-alerts-'))
  return { ...createFolderStore(folder), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
