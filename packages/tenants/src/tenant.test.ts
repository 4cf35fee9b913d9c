import { parseTenantId } from '@mailtrail/core'
import { createFolderStore, historyKey, tenantKey } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { addTenant, listTenants, readTenant, type Tenant } from './tenant.ts'

const contoso: Tenant = {
  tenantId: parseTenantId('11111111-2222-4333-8444-555555555555'),
  displayName: 'Contoso Hospital',
  cloud: 'worldwide',
  clientId: '22222222-3333-4444-8555-666666666666',
  credential: 'env:CONTOSO_SECRET',
}
const fabrikam: Tenant = { ...contoso, tenantId: parseTenantId('01111111-2222-4333-8444-555555555555'), credential: 'file:/run/secrets/f' }

test('tenants that were added can be read, and are listed by id', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await addTenant(lake, contoso)
  await addTenant(lake, fabrikam)
  await lake.create(historyKey(contoso.tenantId, '2024-03-11T00:00:00.000Z', 'added'), Buffer.from('{}'))
  expect(await readTenant(lake, contoso.tenantId)).toMatchObject(contoso)
  expect((await Array.fromAsync(listTenants(lake))).map(({ tenantId }) => tenantId)).toEqual([fabrikam.tenantId, contoso.tenantId])
})

test('an empty lake has no tenants', async () => {
  await using folder = await temporaryFolder()
  expect(await Array.fromAsync(listTenants(createFolderStore(folder.path)))).toEqual([])
})

test('a tenant is added once, and stays as it was', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await addTenant(lake, contoso)
  const again = addTenant(lake, { ...contoso, displayName: 'Other' })
  await expect(again).rejects.toMatchObject({ code: 'TENANT_EXISTS', message: expect.stringContaining(contoso.tenantId) })
  expect(await readTenant(lake, contoso.tenantId)).toMatchObject({ displayName: contoso.displayName })
})

test('a tenant nobody added is unknown, and the message says how to add it', async () => {
  await using folder = await temporaryFolder()
  await expect(readTenant(createFolderStore(folder.path), contoso.tenantId)).rejects.toMatchObject({
    code: 'TENANT_UNKNOWN',
    message: expect.stringContaining('mailtrail tenant add'),
  })
})

describe('an invalid tenant', () => {
  test('is refused with all its faults, and without what may be a secret', async () => {
    await using folder = await temporaryFolder()
    const lake = createFolderStore(folder.path)
    const bad = { ...contoso, displayName: '', cloud: '', clientId: 'contoso', credential: 'hunter2-canary' }
    const error = await addTenant(lake, bad).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'TENANT_INVALID', message: expect.stringContaining('4 fault') })
    for (const name of ['displayName', 'cloud', 'clientId', 'credential']) expect(error.message).toContain(`${name}:`)
    expect(error.message).toContain('env:NAME or file:PATH')
    expect(error.message).not.toContain('canary')
    expect(await Array.fromAsync(lake.list(''))).toEqual([])
  })

  test.each(['secret', 'env:', 'vault:x', 'ENV:X', ' env:X', ''])('is one with the credential %j', async (credential) => {
    await using folder = await temporaryFolder()
    await expect(addTenant(createFolderStore(folder.path), { ...contoso, credential })).rejects.toMatchObject({ code: 'TENANT_INVALID' })
  })

  test.each([
    { title: 'is not JSON', body: 'tenant' },
    { title: 'is of a schema to come', body: JSON.stringify({ ...contoso, schema: 2 }) },
    { title: 'is of another tenant', body: JSON.stringify({ ...fabrikam, schema: 1 }) },
  ])('is one whose object $title', async ({ body }) => {
    await using folder = await temporaryFolder()
    const lake = createFolderStore(folder.path)
    await lake.create(tenantKey(contoso.tenantId), Buffer.from(body))
    await expect(readTenant(lake, contoso.tenantId)).rejects.toMatchObject({
      code: 'TENANT_INVALID',
      message: expect.stringContaining(contoso.tenantId),
    })
  })
})
