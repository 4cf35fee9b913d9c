import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compareLake, deliveredAlerts } from '@mailtrail/cli'
import { hourMs, minuteMs, parseTenantId, type TenantId } from '@mailtrail/core'
import { openLake, rawPrefix } from '@mailtrail/lake'
import { addTenant, recordHistory, type Tenant } from '@mailtrail/tenants'
import { expect, test } from 'vitest'
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts'
import { auditRecord, guid, recordTime, scenario } from './scenario.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const types = ['Audit.Exchange', 'Audit.AzureActiveDirectory'] as const

/** A throttled access and a sign-in, available in the first hour. */
function feedOf(tenant: string): object[] {
  const time = recordTime(start + 10 * minuteMs)
  const operations = { 'Audit.Exchange': 'MailItemsAccessed', 'Audit.AzureActiveDirectory': 'UserLoggedIn' }
  return types.map((contentType) => ({
    contentType,
    created: new Date(start + 30 * minuteMs).toISOString(),
    records: [auditRecord({ tenant, id: `${tenant}/${contentType}`, time, operation: operations[contentType], isThrottled: true })],
  }))
}

test('a tenant has its own lake, content types and destinations, and changes nothing for another', async () => {
  const tenants = ['plain', 'special'].map((name) => ({ name, initiallySubscribed: true, contents: feedOf(name) }))
  const routes = { 'Audit.Exchange': ['MailItemsAccessed'], 'Audit.AzureActiveDirectory': ['UserLoggedIn'] }
  await using fleet = await startFleetUnderTest(scenario(new Date(start).toISOString(), tenants), {
    areAdded: false,
    settings: { routes },
  })
  const [plain, special] = [parseTenantId(guid('plain')), parseTenantId(guid('special'))]
  const ownLocation = `file:${join(fleet.folder, 'own-lake')}`
  await addTenant(fleet.lake, await describeTenant(fleet, plain))
  await addTenant(fleet.lake, { ...(await describeTenant(fleet, special)), lake: ownLocation, destinations: [] })
  for (const [tenantId, contentTypes] of [
    [plain, ['Audit.Exchange']],
    [special, types],
  ] as const) {
    await recordHistory(fleet.lake, tenantId, { kind: 'added', at: start, contentTypes, windowMinutes: 30, backfill: false })
  }
  await using _running = await fleet.startRoles()
  await fleet.runTo(start + 3 * hourMs)

  await using ownLake = await openLake(ownLocation)
  const rawOf = async (lake: typeof ownLake): Promise<string[]> =>
    (await Array.fromAsync(lake.list('raw/'))).map((key) => key.replace(/date=.*$/, ''))
  expect(await rawOf(fleet.lake)).toEqual([rawPrefix('MailItemsAccessed', plain)])
  expect(await rawOf(ownLake)).toEqual([rawPrefix('MailItemsAccessed', special), rawPrefix('UserLoggedIn', special)])
  expect(deliveredAlerts(await fleet.siem()).map(({ tenantId }) => tenantId)).toEqual([plain])
  expect((await Array.fromAsync(ownLake.list('alerts/'))).length).toBe(1)
  const truth = await fleet.truth()
  expect(await compareLake(fleet.lake, { tenants: { [plain]: truth.tenants[plain] ?? { records: [] } } })).toEqual([])
})

async function describeTenant({ folder, simulator }: FleetUnderTest, tenantId: TenantId): Promise<Tenant> {
  const announced = simulator.announcement.tenants.find((tenant) => tenant.tenantId === tenantId)
  const secret = join(folder, tenantId)
  await writeFile(secret, announced?.clientSecret ?? '')
  return { tenantId, displayName: 'x', cloud: 'simulator', clientId: announced?.clientId, credentials: [`file:${secret}`], tags: [] }
}
