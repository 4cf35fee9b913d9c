import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseTenantId } from '@mailtrail/core'
import { createFolderStore } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { addTenant, updateTenant } from './registry.ts'
import type { Tenant } from './tenant.ts'
import { createTenantLakes } from './tenant-lakes.ts'

const tenant: Tenant = {
  tenantId: parseTenantId('11111111-2222-4333-8444-555555555555'),
  displayName: 'Contoso',
  cloud: 'worldwide',
  credentials: [],
  tags: [],
}
const second = parseTenantId('22222222-2222-4333-8444-555555555555')
const third = parseTenantId('33333333-2222-4333-8444-555555555555')

afterEach(() => vi.useRealTimers())

test('a tenant’s objects go to its own lake where it has one, else to the fleet’s', async () => {
  await using folder = await temporaryFolder()
  const fleetLake = createFolderStore(join(folder.path, 'fleet'))
  await addTenant(fleetLake, tenant)
  await addTenant(fleetLake, { ...tenant, tenantId: second, lake: `file:${folder.path}/own` })
  await addTenant(fleetLake, { ...tenant, tenantId: third, lake: `file:${folder.path}/own` })
  await using lakes = createTenantLakes(fleetLake, {})
  expect(await lakes.open(tenant.tenantId)).toBe(fleetLake)
  const own = await lakes.open(second)
  expect(own.place).toBe(join(folder.path, 'own'))
  expect(await lakes.open(third)).toBe(own)
  await own.create('raw/a', Buffer.from('x'))
  expect(await fleetLake.stat('raw/a')).toBeUndefined()
})

test('an own lake that cannot be opened holds up its tenants alone, and is tried again after a while', async () => {
  vi.useFakeTimers()
  await using folder = await temporaryFolder()
  const fleetLake = createFolderStore(join(folder.path, 'fleet'))
  await fleetLake.create('a-file', Buffer.from('x'))
  await addTenant(fleetLake, tenant)
  await addTenant(fleetLake, { ...tenant, tenantId: second, lake: `file:${folder.path}/fleet/a-file` })
  await using lakes = createTenantLakes(fleetLake, {})
  for (let time = 0; time < 2; time += 1) {
    await expect(lakes.open(second)).rejects.toMatchObject({ code: 'LAKE_LOCATION_INVALID' })
    expect(await lakes.open(tenant.tenantId)).toBe(fleetLake)
  }
  await rm(join(folder.path, 'fleet', 'a-file'))
  await expect(lakes.open(second)).rejects.toMatchObject({ code: 'LAKE_LOCATION_INVALID' })
  vi.advanceTimersByTime(10_000)
  const own = await lakes.open(second)
  vi.advanceTimersByTime(10_000)
  expect(await lakes.open(second)).toBe(own)
})

test('a tenant nobody added has none; once added, it has', async () => {
  await using folder = await temporaryFolder()
  const fleetLake = createFolderStore(folder.path)
  await using lakes = createTenantLakes(fleetLake, {})
  await expect(lakes.open(tenant.tenantId)).rejects.toMatchObject({ code: 'TENANT_UNKNOWN' })
  await addTenant(fleetLake, tenant)
  await updateTenant(fleetLake, tenant.tenantId, (known) => ({ ...known, displayName: 'New' }))
  expect(await lakes.open(tenant.tenantId)).toBe(fleetLake)
})
