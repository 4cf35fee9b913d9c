import { parseTenantId } from '@mailtrail/core'
import { createFolderStore } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { addTenant } from './registry.ts'
import { readDestinations } from './tenant-destinations.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const configured = ['siem', 'soar']

test.each([
  { title: 'all, where it names none', destinations: undefined, expected: configured },
  { title: 'those it names', destinations: ['soar'], expected: ['soar'] },
  { title: 'none that is not configured', destinations: ['soar', 'gone'], expected: ['soar'] },
  { title: 'none, where its list is empty', destinations: [], expected: [] },
])("a tenant's alerts go to $title", async ({ destinations, expected }) => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await addTenant(lake, { tenantId, displayName: 'Contoso', cloud: 'worldwide', credentials: [], tags: [], destinations })
  expect(await readDestinations(lake, tenantId, configured)).toEqual(expected)
})
