import { dayMs, hourMs, parseTenantId, type TenantId } from '@mailtrail/core'
import { createFolderStore } from '@mailtrail/lake'
import { addTenant, updateTenant } from '@mailtrail/tenants'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { RetentionRounds } from './retention-rounds.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const tenants = ['11111111', '5a5a5a5a', '99999999'].map((first) => parseTenantId(`${first}-2222-4333-8444-555555555555`))
const [first] = tenants as [TenantId]

test('the retention of a tenant is applied at the start and once a day, not of all at one time', async () => {
  await using folder = await temporaryFolder()
  const fleetLake = createFolderStore(folder.path)
  for (const tenantId of tenants) await addTenant(fleetLake, { tenantId, displayName: 'x', cloud: 'worldwide', credentials: [], tags: [] })
  const queued: { readonly tenantId: TenantId; readonly hour: number }[] = []
  let now = start
  const queues = {
    retain: async ({ tenantId }: { readonly tenantId: TenantId }) => void queued.push({ tenantId, hour: (now - start) / hourMs }),
  }
  const rounds = new RetentionRounds({ fleetLake, queues, retention: { rawDays: 30 } })
  for (; now < start + 3 * dayMs; now += hourMs) for (const tenantId of tenants) await rounds.offer(tenantId, now)
  const hours = tenants.map((tenantId) => queued.filter((task) => task.tenantId === tenantId).map(({ hour }) => hour))
  expect(hours.map(([atStart]) => atStart)).toEqual([0, 0, 0])
  for (const [, one = 0, two = 0, three = 0] of hours) expect([two - one, three - two]).toEqual([24, 24])
  expect(new Set(hours.map(([, one]) => one)).size).toBe(3)
})

test('a tenant that keeps everything is not offered, until it has a retention', async () => {
  await using folder = await temporaryFolder()
  const fleetLake = createFolderStore(folder.path)
  await addTenant(fleetLake, { tenantId: first, displayName: 'x', cloud: 'worldwide', credentials: [], tags: [] })
  const queued: TenantId[] = []
  const rounds = new RetentionRounds({ fleetLake, queues: { retain: async ({ tenantId }) => void queued.push(tenantId) }, retention: {} })
  await rounds.offer(first, start)
  expect(queued).toEqual([])
  await updateTenant(fleetLake, first, (tenant) => ({ ...tenant, retention: { emailEventsDays: 1 } }))
  await rounds.offer(first, start + dayMs)
  expect(queued).toEqual([first])
})
