import { type ActivityApi, ActivityApiError, type ActivityApiErrorCode } from '@mailtrail/activity-api'
import { parseTenantId } from '@mailtrail/core'
import { alertPrefix, createFolderStore } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { noteRefusal } from './refusals.ts'

const now = Date.parse('2024-03-11T10:00:00Z')
/** What the brakes say that the job is to fail with. */
const held = new Error('held')
const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')

async function note(code: ActivityApiErrorCode, { times = 1 } = {}) {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const done: string[] = []
  const noted: unknown[] = []
  const deps = {
    lakes: { open: async () => lake },
    apis: { noteFailure: (_tenant: unknown, failure: unknown) => void noted.push(failure) },
    subscriptions: {
      ensure: async () => {},
      lost: async (_t: unknown, _c: unknown, _a: unknown, why: string) => void done.push(`lost ${why}`),
    },
    brakes: { hold: async () => held, read: async () => undefined, release: async () => {} },
    clock: { now: () => now },
  }
  const error = new ActivityApiError(code, { tenantId, operation: 'list-content' })
  let found: unknown
  for (let time = 0; time < times; time += 1) {
    found = await noteRefusal(deps, { tenantId, contentType: 'Audit.Exchange', api: {} as ActivityApi }, error)
  }
  const alerts = (await Array.fromAsync(lake.list(alertPrefix(tenantId)))).length
  return { done, alerts, error, noted, found }
}

test.each<{ code: ActivityApiErrorCode; does: string[]; alerts: number }>([
  { code: 'ACTIVITY_API_SUBSCRIPTION_MISSING', does: ['lost missing'], alerts: 0 },
  { code: 'ACTIVITY_API_SUBSCRIPTION_DISABLED', does: ['lost disabled'], alerts: 0 },
  { code: 'ACTIVITY_API_LOGIN_FAILED', does: [], alerts: 0 },
  { code: 'ACTIVITY_API_CONSENT_MISSING', does: [], alerts: 1 },
  { code: 'ACTIVITY_API_THROTTLED', does: [], alerts: 0 },
  { code: 'ACTIVITY_API_AUDITING_OFF', does: [], alerts: 0 },
])('$code has its own consequence and no other', async ({ code, does, alerts }) => {
  const { error, ...found } = await note(code)
  expect(found).toEqual({ done: does, alerts, noted: [error], found: held })
})

test('one revocation is one alert however often it is met', async () => {
  expect((await note('ACTIVITY_API_CONSENT_MISSING', { times: 3 })).alerts).toBe(1)
})
