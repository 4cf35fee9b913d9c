import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseTenantId } from '@mailtrail/core'
import { createFolderStore } from '@mailtrail/lake'
import { startStrictS3, temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { addTenant } from './registry.ts'
import { createTenantLakes } from './tenant-lakes.ts'

test('a tenant’s own bucket is opened with the settings and the secret that the configuration has for it', async () => {
  await using strict = await startStrictS3()
  await using folder = await temporaryFolder()
  const secret = join(folder.path, 'secret')
  await writeFile(secret, strict.secretAccessKey)
  const fleetLake = createFolderStore(join(folder.path, 'fleet'))
  const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
  await addTenant(fleetLake, {
    tenantId,
    displayName: 'Contoso',
    cloud: 'worldwide',
    credentials: [],
    tags: [],
    lake: 's3://strict/contoso',
  })
  const settings = { endpoint: strict.endpoint, pathStyle: true, accessKeyId: strict.accessKeyId, secretAccessKey: `file:${secret}` }
  await using lakes = createTenantLakes(fleetLake, { 's3://strict': settings })
  const lake = await lakes.open(tenantId)
  expect(lake.place).toBe('s3://strict/contoso')
  await lake.create('raw/a', Buffer.from('x'))
  expect(strict.requests.at(-1)?.path).toBe('/strict/contoso/raw/a')

  strict.fail('GET', { status: 403, code: 'AccessDenied' })
  await expect(lake.read('raw/a')).rejects.toMatchObject({ code: 'LAKE_ACCESS_DENIED', retry: { again: true, afterMs: 60_000 } })
  expect(await lakes.open(tenantId)).toBe(lake)
})
