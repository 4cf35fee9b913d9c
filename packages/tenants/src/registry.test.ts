import { parseTenantId } from '@mailtrail/core'
import { createFolderStore, historyKey, type ObjectStore, tenantKey } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test, vi } from 'vitest'
import { addTenant, listTenantIds, readTenant, updateTenant } from './registry.ts'
import type { Tenant } from './tenant.ts'

const contoso: Tenant = {
  tenantId: parseTenantId('11111111-2222-4333-8444-555555555555'),
  displayName: 'Contoso Hospital',
  cloud: 'worldwide',
  clientId: '22222222-3333-4444-8555-666666666666',
  credentials: ['env:CONTOSO_SECRET'],
  tags: [],
}
const fabrikam: Tenant = { ...contoso, tenantId: parseTenantId('01111111-2222-4333-8444-555555555555'), credentials: ['file:/run/f'] }

test('tenants that were added can be read, and are listed by id', async () => {
  await using place = await openPlace(contoso, fabrikam)
  const { lake } = place
  await lake.create(historyKey(contoso.tenantId, '2024-03-11T00:00:00.000Z', 'added'), Buffer.from('{}'))
  expect(await readTenant(lake, contoso.tenantId)).toEqual(contoso)
  expect(await Array.fromAsync(listTenantIds(lake))).toEqual([fabrikam.tenantId, contoso.tenantId])
})

test('an empty lake has no tenants', async () => {
  await using place = await openPlace()
  expect(await Array.fromAsync(listTenantIds(place.lake))).toEqual([])
})

test('a tenant is added once, and stays as it was', async () => {
  await using place = await openPlace(contoso)
  const again = addTenant(place.lake, { ...contoso, displayName: 'Other' })
  await expect(again).rejects.toMatchObject({ code: 'TENANT_EXISTS', message: expect.stringContaining(contoso.tenantId) })
  expect(await readTenant(place.lake, contoso.tenantId)).toMatchObject({ displayName: contoso.displayName })
})

test('a tenant nobody added is unknown, and the message says how to add it', async () => {
  await using place = await openPlace()
  const unknown = { code: 'TENANT_UNKNOWN', message: expect.stringContaining('mailtrail tenant add') }
  await expect(readTenant(place.lake, contoso.tenantId)).rejects.toMatchObject(unknown)
  await expect(updateTenant(place.lake, contoso.tenantId, (tenant) => tenant)).rejects.toMatchObject(unknown)
})

test('an invalid tenant is not added', async () => {
  await using place = await openPlace()
  await expect(addTenant(place.lake, { ...contoso, displayName: '' })).rejects.toMatchObject({ code: 'TENANT_INVALID' })
  expect(await Array.fromAsync(place.lake.list(''))).toEqual([])
})

describe('an update', () => {
  test('changes what it is asked to change, and returns the tenant', async () => {
    await using place = await openPlace(contoso)
    const updated = await updateTenant(place.lake, contoso.tenantId, (tenant) => ({ ...tenant, tags: [...tenant.tags, 'gold'] }))
    expect(updated).toEqual({ ...contoso, tags: ['gold'] })
    expect(await readTenant(place.lake, contoso.tenantId)).toEqual(updated)
  })

  test('made by twenty at once loses nobody’s change', async () => {
    await using place = await openPlace(contoso)
    const tags = Array.from({ length: 20 }, (_, index) => `tag-${index}`)
    await Promise.all(
      tags.map((tag) => updateTenant(place.lake, contoso.tenantId, (tenant) => ({ ...tenant, tags: [...tenant.tags, tag] }))),
    )
    expect((await readTenant(place.lake, contoso.tenantId)).tags.toSorted()).toEqual(tags.toSorted())
  })

  test('that changes nothing writes nothing', async () => {
    await using place = await openPlace(contoso)
    const replace = vi.spyOn(place.lake, 'replace')
    expect(await updateTenant(place.lake, contoso.tenantId, ({ ...same }) => same)).toEqual(contoso)
    expect(replace).not.toHaveBeenCalled()
  })

  test.each<{ title: string; change: Partial<Tenant>; says: string }>([
    { title: 'a value that is none', change: { cloud: '' }, says: 'cloud' },
    { title: 'another lake, where the evidence is not', change: { lake: 'file:/elsewhere' }, says: 'evidence does not move' },
  ])('refuses $title, and leaves the tenant as it was', async ({ change, says }) => {
    await using place = await openPlace(contoso)
    const update = updateTenant(place.lake, contoso.tenantId, (tenant) => ({ ...tenant, ...change }))
    await expect(update).rejects.toMatchObject({ code: 'TENANT_INVALID', message: expect.stringContaining(says) })
    expect(await readTenant(place.lake, contoso.tenantId)).toEqual(contoso)
  })

  test('never gives a tenant the id of another', async () => {
    await using place = await openPlace(contoso)
    await updateTenant(place.lake, contoso.tenantId, () => fabrikam)
    expect((await readTenant(place.lake, contoso.tenantId)).tenantId).toBe(contoso.tenantId)
  })
})

describe('a registration', () => {
  const first = { tenantId: contoso.tenantId, displayName: 'Contoso', cloud: 'gcc', clientId: contoso.clientId, credential: 'env:OLD' }

  test('of version 1 is read, and becomes one of version 2 when it is updated', async () => {
    await using place = await openPlace()
    await place.lake.create(tenantKey(contoso.tenantId), Buffer.from(JSON.stringify({ schema: 1, ...first })))
    const expected = { ...contoso, displayName: 'Contoso', cloud: 'gcc', credentials: ['env:OLD'] }
    expect(await readTenant(place.lake, contoso.tenantId)).toEqual(expected)
    await updateTenant(place.lake, contoso.tenantId, (tenant) => ({ ...tenant, tags: ['x'] }))
    const stored = JSON.parse(Buffer.from((await place.lake.read(tenantKey(contoso.tenantId))) ?? []).toString())
    expect(stored).toEqual({ schema: 3, ...expected, tags: ['x'] })
  })

  test.each([
    { title: 'is not JSON', body: 'canary' },
    { title: 'is of a schema to come', body: JSON.stringify({ ...contoso, schema: 4 }) },
    { title: 'has a field that would be lost', body: JSON.stringify({ ...contoso, schema: 3, owner: 'x' }) },
    { title: 'is of another tenant', body: JSON.stringify({ ...fabrikam, schema: 3 }) },
    { title: 'of version 1 is of another tenant', body: JSON.stringify({ ...first, schema: 1, tenantId: fabrikam.tenantId }) },
  ])('that $title is refused by its tenant’s name', async ({ body }) => {
    await using place = await openPlace()
    await place.lake.create(tenantKey(contoso.tenantId), Buffer.from(body))
    const error = await readTenant(place.lake, contoso.tenantId).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'TENANT_INVALID', message: expect.stringContaining(contoso.tenantId) })
    expect(String(error)).not.toContain('canary')
  })
})

async function openPlace(...tenants: readonly Tenant[]): Promise<AsyncDisposable & { readonly lake: ObjectStore }> {
  const folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  for (const tenant of tenants) await addTenant(lake, tenant)
  return { lake, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}
