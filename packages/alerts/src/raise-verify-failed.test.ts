import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dayMs, parseTenantId } from '@mailtrail/core'
import { alertPrefix, createFolderStore } from '@mailtrail/lake'
import { expect, onTestFinished, test } from 'vitest'
import { raiseVerifyFailed } from './raise-verify-failed.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const at = Date.parse('2024-03-14T12:00:00Z')
const data = { findings: 1, altered: 1, missing: 0, unrecorded: 0, headsNotInChain: 0, findingsSha256: 'ab'.repeat(32) }

test('the same findings are told of once, on whichever day they are found again, and others anew', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-verify-failed-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const lake = createFolderStore(folder)
  expect(await raiseVerifyFailed(lake, tenantId, data, at)).toBe('raised')
  expect(await raiseVerifyFailed(lake, tenantId, data, at + 40 * dayMs)).toBe('known')
  expect(await raiseVerifyFailed(lake, tenantId, { ...data, findingsSha256: 'cd'.repeat(32) }, at + dayMs)).toBe('raised')
  expect(await Array.fromAsync(lake.list(alertPrefix(tenantId)))).toHaveLength(2)
})
