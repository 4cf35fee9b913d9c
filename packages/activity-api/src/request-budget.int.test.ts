import { afterEach, beforeEach, expect, test } from 'vitest'
import { caught } from '../test/caught.ts'
import { collect } from '../test/collect.ts'
import { sendJson, startVendorService, type VendorService } from '../test/vendor-service.ts'
import { type ActivityApi, createActivityApi } from './activity-api.ts'
import type { RequestBudget } from './activity-api-options.ts'

let service: VendorService
let api: ActivityApi
/** What the budget was asked and told, in order, between the calls of the API. */
let seen: unknown[]
let budget: RequestBudget
beforeEach(async () => {
  seen = []
  budget = {
    take: async () => void seen.push('take'),
    throttled: async (retryAfterMs) => void seen.push({ throttled: retryAfterMs }),
  }
  service = await startVendorService()
  answer((response) => sendJson(response, []))
  api = createActivityApi({
    ...service.options,
    budget: { take: (options) => budget.take(options), throttled: (retryAfterMs) => budget.throttled(retryAfterMs) },
  })
})
afterEach(async () => {
  await api[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
})

function answer(feed: VendorService['answers']['feed']) {
  service.answers.feed = (response, received) => {
    seen.push('call')
    feed(response, received)
  }
}

const start = Date.now() - 3_600_000
const list = () => collect(api.listContent({ contentType: 'Audit.Exchange', start, end: start + 1_000 }))
const throttled = { error: { code: 'AF429', message: 'Too many requests.' } }

test('every request to the API takes from the budget first, next pages and contents included, and a login takes nothing', async () => {
  answer((response, { url }) => sendJson(response, [], url.search.includes('page=2') ? {} : { NextPageUri: `${service.origin}/x?page=2` }))
  await list()
  await api.openContent({ contentId: 'x', contentUri: `${service.origin}/x` })
  expect(seen).toEqual(['take', 'call', 'take', 'call', 'take', 'call'])
})

test('a request repeated with a new token takes twice', async () => {
  answer((response, { authorization }) => sendJson(response, [], { status: authorization === 'Bearer token-1' ? 401 : 200 }))
  await api.listSubscriptions()
  expect(seen).toEqual(['take', 'call', 'take', 'call'])
})

test.each([
  { title: 'with a code', status: 403, body: throttled, headers: { 'retry-after': '7' }, told: 7_000 },
  { title: 'by its status alone', status: 503, body: {}, headers: {}, told: undefined },
  { title: 'in place of a list', status: 200, body: throttled, headers: {}, told: undefined },
])('an answer that throttles $title is told to the budget', async ({ status, body, headers, told }) => {
  answer((response) => sendJson(response, body, { status, ...headers }))
  expect(await caught(list())).toMatchObject({ code: 'ACTIVITY_API_THROTTLED' })
  expect(seen).toEqual(['take', 'call', { throttled: told }])
})

test('an error object that throttles in place of a content is told to the budget', async () => {
  answer((response) => sendJson(response, throttled))
  expect(await caught(api.openContent({ contentId: 'x', contentUri: `${service.origin}/x` }))).toMatchObject({
    code: 'ACTIVITY_API_THROTTLED',
  })
  expect(seen).toEqual(['take', 'call', { throttled: undefined }])
})

test('a throttled login, a missing consent and a failure say nothing about the budget', async () => {
  service.answers.login = (response) => sendJson(response, {}, { status: 429 })
  await caught(list())
  service.answers.login = (response) => sendJson(response, { token_type: 'Bearer', expires_in: 3599, access_token: 'token' })
  for (const status of [403, 500]) {
    answer((response) => sendJson(response, {}, { status }))
    await caught(list())
  }
  expect(seen).toEqual(['take', 'call', 'take', 'call'])
})

test('a budget that is spent ends the call with its own error, and nothing is sent', async () => {
  const spent = new Error('spent')
  budget = { ...budget, take: () => Promise.reject(spent) }
  await expect(list()).rejects.toBe(spent)
  expect(service.calls).toEqual([])
})

test('a budget that cannot be told of a throttling hides nothing', async () => {
  budget = { ...budget, throttled: () => Promise.reject(new Error('lost')) }
  answer((response) => sendJson(response, throttled, { status: 403 }))
  expect(await caught(list())).toMatchObject({ code: 'ACTIVITY_API_THROTTLED' })
})

test('a wait for the budget ends with the reason of the signal', async () => {
  const asked = Promise.withResolvers<void>()
  budget = {
    ...budget,
    take: () => {
      asked.resolve()
      return new Promise(() => {})
    },
  }
  const controller = new AbortController()
  const listing = api.listSubscriptions({ signal: controller.signal })
  await asked.promise
  controller.abort(new Error('enough'))
  await expect(listing).rejects.toThrow('enough')
})
