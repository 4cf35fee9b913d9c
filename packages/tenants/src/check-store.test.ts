import { parseTenantId } from '@mailtrail/core'
import { checkKey, createFolderStore } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import type { CheckReport } from './check-report.ts'
import { readLastCheck, storeCheck } from './check-store.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const otherTenant = parseTenantId('99999999-2222-4333-8444-555555555555')
const at = Date.parse('2024-03-14T12:00:00.123Z')
const report: CheckReport = {
  tenantId,
  cloud: 'worldwide',
  at,
  checks: [
    { check: 'service', state: 'ok', detail: 'Login and feed answer.' },
    { check: 'consent', state: 'failed', detail: 'No role.', code: 'AF10001', fix: 'mailtrail tenant consent-link' },
  ],
}

test('the last of the stored reports is read back as it was, each tenant its own', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  expect(await readLastCheck(lake, tenantId)).toBeUndefined()
  await storeCheck(lake, { ...report, at: at + 86_400_000 })
  await storeCheck(lake, report)
  await storeCheck(lake, { ...report, tenantId: otherTenant, at: at + 2 * 86_400_000 })
  expect(await readLastCheck(lake, tenantId)).toEqual({ ...report, at: at + 86_400_000 })
})

test('a stored report stays as it is', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await storeCheck(lake, report)
  await storeCheck(lake, { ...report, checks: [] })
  expect(await readLastCheck(lake, tenantId)).toEqual(report)
  const key = checkKey(tenantId, new Date(at).toISOString())
  const version = await lake.readVersion(key)
  await expect(lake.replace(key, Buffer.from('{}'), version?.etag ?? '')).rejects.toMatchObject({ code: 'LAKE_KEY_INVALID' })
})

test.each([
  { title: 'no JSON', body: 'x' },
  { title: 'of a later schema', body: JSON.stringify({ ...report, schema: 2, at: new Date(at).toISOString() }) },
  { title: "another tenant's", body: JSON.stringify({ ...report, tenantId: otherTenant, schema: 1, at: new Date(at).toISOString() }) },
])('a stored report that is $title is not taken for one', async ({ body }) => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await lake.create(checkKey(tenantId, new Date(at).toISOString()), Buffer.from(body))
  await expect(readLastCheck(lake, tenantId)).rejects.toMatchObject({ code: 'CHECK_INVALID' })
})
