import { afterAll, beforeAll, expect, test } from 'vitest'
import { caught } from '../test/caught.ts'
import { collect } from '../test/collect.ts'
import { sendJson, startVendorService, type VendorService } from '../test/vendor-service.ts'
import { type ActivityApi, createActivityApi } from './activity-api.ts'
import { ActivityApiError } from './activity-api-error.ts'

let service: VendorService
let api: ActivityApi
beforeAll(async () => {
  service = await startVendorService()
  api = createActivityApi(service.options)
})
afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
})

const start = Date.now() - 3_600_000
const query = { contentType: 'Audit.Exchange', start, end: start + 600_000 }
const calls: Record<string, () => Promise<unknown>> = {
  'list-subscriptions': () => api.listSubscriptions(),
  'start-subscription': () => api.startSubscription('Audit.Exchange'),
  'stop-subscription': () => api.stopSubscription('Audit.Exchange'),
  'list-content': () => collect(api.listContent(query)),
  'open-content': () => api.openContent({ contentId: 'x', contentUri: `${service.origin}/x` }),
}
const statuses = [200, 400, 401, 403, 404, 408, 409, 429, 500, 502, 503]

const vendorError = (code: string) => ({ error: { code, message: `Too many requests. ${code}` } })
const auditingOff = { error: { code: 'StartSubscription [x]', message: 'a.DataServiceException: Tenant 1 does not exist.' } }

/** What the caller is told, for every operation and status: one word a line. */
async function told(body: unknown, where: { readonly not?: readonly string[]; readonly statuses?: readonly number[] } = {}) {
  const words = new Set<string>()
  for (const [operation, call] of Object.entries(calls)) {
    if (where.not?.includes(operation)) continue
    for (const status of where.statuses ?? statuses) {
      service.answers.feed = (response) => sendJson(response, body, { status })
      words.add(await call().then(() => 'SUCCESS', wordOf))
    }
  }
  return words
}

function wordOf(error: unknown): string {
  return error instanceof ActivityApiError ? error.code.replace('ACTIVITY_API_', '') : String(error)
}

test.each([
  { code: 'AF10001', word: 'CONSENT_MISSING' },
  { code: 'AF429', word: 'THROTTLED' },
  { code: 'AF20023', word: 'SUBSCRIPTION_DISABLED' },
  { code: 'AF20011', word: 'TENANT_UNKNOWN' },
])('$code is told as $word by every operation, with any status', async ({ code, word }) => {
  expect(await told(vendorError(code))).toEqual(new Set([word]))
})

test('a subscription that does not exist is told by every operation, with any status; to stop it is a success', async () => {
  expect(await told(vendorError('AF20022'), { not: ['stop-subscription'] })).toEqual(new Set(['SUBSCRIPTION_MISSING']))
  expect(await told(vendorError('AF20022'), { not: Object.keys(calls).filter((name) => name !== 'stop-subscription') })).toEqual(
    new Set(['SUCCESS']),
  )
})

test('a subscription that is enabled already is a success of a start alone, with any status', async () => {
  expect(await told(vendorError('AF20024'), { not: ['start-subscription'] })).toEqual(new Set(['REQUEST_INVALID']))
  expect(await told(vendorError('AF20024'), { not: Object.keys(calls).filter((name) => name !== 'start-subscription') })).toEqual(
    new Set(['SUCCESS']),
  )
})

test('auditing that is off is told by every operation, and hidden only by a failure of the service', async () => {
  const isError = (status: number) => status >= 400 && status < 500
  expect(await told(auditingOff, { statuses: statuses.filter(isError) })).toEqual(new Set(['AUDITING_OFF']))
  expect(await told(auditingOff, { statuses: [500, 502, 503] })).toEqual(new Set(['UNAVAILABLE']))
})

test('an answer that says nothing is a missing consent with 401 and 403, a throttling with 408, 429 and 503', async () => {
  expect(await told({}, { statuses: [401, 403] })).toEqual(new Set(['CONSENT_MISSING']))
  expect(await told({}, { statuses: [408, 429, 503] })).toEqual(new Set(['THROTTLED']))
  expect(await told({}, { statuses: [500, 502] })).toEqual(new Set(['UNAVAILABLE']))
})

test.each([
  { title: 'as long as an internal error asks in words', headers: {}, afterMs: 3_600_000 },
  { title: 'as long as its header says, whatever its words', headers: { 'retry-after': '5' }, afterMs: 5_000 },
])('a caller is told to wait $title, and none of the words are kept', async ({ headers, afterMs }) => {
  const body = { error: { code: 'AF50000', message: 'canary: please retry in an hour.' } }
  service.answers.feed = (response) => sendJson(response, body, { status: 500, ...headers })
  const error = await caught(api.listSubscriptions())
  expect(error).toMatchObject({ code: 'ACTIVITY_API_UNAVAILABLE', vendorCode: 'AF50000', retry: { again: true, afterMs } })
  expect(JSON.stringify([error, error.message, error.stack])).not.toContain('canary')
})
