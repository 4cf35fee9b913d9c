import { setImmediate } from 'node:timers/promises'
import { MailtrailError, parseTenantId, type TenantId } from '@mailtrail/core'
import type { Check, CheckReport } from '@mailtrail/tenants'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { checkMany } from './check-many.ts'

let data: string
let talk: string

beforeEach(() => {
  data = ''
  talk = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk: unknown) => {
    data += String(chunk)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk: unknown) => {
    talk += String(chunk)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

const all = { isWanted: async () => true }
const ok: Check = { check: 'service', state: 'ok', detail: 'Login and feed answer.' }
const waiting: Check = { check: 'first-data', state: 'waiting', detail: 'No record.' }
const noConsent: Check = { check: 'consent', state: 'failed', detail: 'No role.', code: 'AADSTS7000229', fix: 'x' }
const noSubscription: Check = { check: 'subscription', state: 'failed', detail: 'None.', fix: 'x' }
const throttled: Check = { check: 'budget', state: 'failed', detail: 'Throttled.', code: 'AF429', fix: 'x' }

describe('of many tenants', () => {
  test('each has a line in the order of the registry, and all are counted', async () => {
    const reports = [[ok], [ok, noConsent, waiting], [ok, waiting]]
    await checkMany(ids(3), async (id) => reportOf(id, reports[numberOf(id)] ?? []), all)
    expect(data.split('\n')).toEqual([
      `${idOf(0)}  ok`,
      `${idOf(1)}  failed   consent AADSTS7000229, first-data waiting`,
      `${idOf(2)}  waiting  first-data`,
      '',
    ])
    expect(talk).toBe('3 tenants: 1 failed, 1 waiting, 1 ok\n')
  })

  test('one that cannot be checked stops no other', async () => {
    const failures = [new MailtrailError('TENANT_INVALID', 'Tenant x: clientId is wrong.'), new TypeError('a bug')]
    const check = async (id: TenantId): Promise<CheckReport> => {
      if (failures[numberOf(id)]) throw failures[numberOf(id)]
      return reportOf(id, [ok])
    }
    expect(await checkMany(ids(40), check, all)).toBe(1)
    expect(data.split('\n')).toHaveLength(41)
    expect(data).toContain(`${idOf(0)}  error    Tenant x: clientId is wrong. [TENANT_INVALID]`)
    expect(data).toContain(`${idOf(1)}  error    a bug [UNEXPECTED]`)
    expect(talk).toBe('40 tenants: 2 not checked, 38 ok\n')
  })

  test('those with nothing to do are left out when asked, and those that are not wanted are not even checked', async () => {
    const checked: TenantId[] = []
    const check = async (id: TenantId): Promise<CheckReport> => {
      checked.push(id)
      return reportOf(id, numberOf(id) === 3 ? [noSubscription] : [waiting])
    }
    await checkMany(ids(6), check, { isWanted: async (id) => numberOf(id) % 2 === 1, failed: true })
    expect(data).toBe(`${idOf(3)}  failed   subscription\n`)
    expect(checked).toEqual([idOf(1), idOf(3), idOf(5)])
    expect(talk).toBe('3 tenants: 1 failed, 2 waiting\n')
  })

  test('JSON has a line a tenant', async () => {
    const check = async (id: TenantId): Promise<CheckReport> => {
      if (numberOf(id) === 1) throw new MailtrailError('TENANT_INVALID', 'Wrong.')
      return reportOf(id, [noConsent])
    }
    await checkMany(ids(2), check, { ...all, json: true })
    const lines = data.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      expect.arrayContaining([
        { tenantId: idOf(0), cloud: 'worldwide', at: '1970-01-01T00:00:00.000Z', state: 'failed', checks: [noConsent] },
        { tenantId: idOf(1), state: 'error', code: 'TENANT_INVALID', message: 'Wrong.' },
      ]),
    )
  })

  test('at most 16 are checked at once', async () => {
    let [running, most] = [0, 0]
    const check = async (id: TenantId): Promise<CheckReport> => {
      running += 1
      most = Math.max(most, running)
      await setImmediate()
      running -= 1
      return reportOf(id, [ok])
    }
    await checkMany(ids(200), check, all)
    expect(most).toBe(16)
  })

  test.each<{ title: string; checks: Check[][]; code: number }>([
    { title: 'nobody', checks: [], code: 0 },
    { title: 'well and waiting', checks: [[ok], [waiting]], code: 0 },
    { title: 'throttled', checks: [[ok], [throttled]], code: 5 },
    { title: 'without a subscription, and throttled', checks: [[noSubscription], [throttled]], code: 1 },
    { title: 'without consent, without a subscription, throttled', checks: [[throttled], [noSubscription], [noConsent]], code: 4 },
  ])('$title the exit code is $code', async ({ checks, code }) => {
    expect(await checkMany(ids(checks.length), async (id) => reportOf(id, checks[numberOf(id)] ?? []), all)).toBe(code)
  })
})

function idOf(index: number): TenantId {
  return parseTenantId(`11111111-2222-4333-8444-${String(index).padStart(12, '0')}`)
}

function numberOf(id: TenantId): number {
  return Number(id.slice(-12))
}

async function* ids(count: number): AsyncGenerator<TenantId> {
  for (let index = 0; index < count; index += 1) yield idOf(index)
}

function reportOf(tenantId: TenantId, checks: readonly Check[]): CheckReport {
  return { tenantId, cloud: 'worldwide', at: 0, checks }
}
