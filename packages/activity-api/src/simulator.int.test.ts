import { afterAll, beforeAll, expect, test } from 'vitest'
import { caught } from '../test/caught.ts'
import { collect } from '../test/collect.ts'
import { type Simulator, startSimulator } from '../test/simulator.ts'
import { type ActivityApi, createActivityApi } from './activity-api.ts'
import type { ContentDescriptor } from './content-descriptor.ts'

const start = Date.UTC(2024, 2, 10)
const query = { contentType: 'Audit.Exchange', start, end: start + 86_400_000 }
const kinds = ['truncate', 'throttle', 'missing', 'expired', 'status', 'errorObject', 'notJson']
const records = [{ Id: 'a', Operation: 'MailItemsAccessed', CreationTime: '2024-03-10T01:00:00' }]

let simulator: Simulator
let api: ActivityApi
beforeAll(async () => {
  const faulty = kinds.map((kind) => ({ contentId: kind, created: '2024-03-10T02:00:00Z', records, fault: { kind } }))
  const contents = [{ contentId: 'whole', created: '2024-03-10T01:00:00Z', records }, ...faulty]
  simulator = await startSimulator({ start: '2024-03-11T00:10:00Z', pageSize: 3 }, { initiallySubscribed: true, contents })
  api = createActivityApi(simulator.options)
})
afterAll(async () => {
  await api[Symbol.asyncDispose]()
  await simulator[Symbol.asyncDispose]()
})

async function find(contentId: string): Promise<ContentDescriptor> {
  const pages = await collect(api.listContent(query))
  const found = pages.flatMap(({ contents }) => contents).find((content) => content.contentId === contentId)
  if (!found) throw new Error(`${contentId} is not listed.`)
  return found
}

async function read(contentId: string): Promise<string> {
  const { body } = await api.openContent(await find(contentId))
  return Buffer.concat(await collect(body)).toString()
}

test('the simulator lists everything over several pages, by its own time', async () => {
  const pages = await collect(api.listContent(query))
  expect(pages.map(({ contents }) => contents.length)).toEqual([3, 3, 2])
  expect(pages[0]?.serviceDate).toBe(Date.UTC(2024, 2, 11, 0, 10))
})

test('the simulator serves a content whole', async () => {
  expect(JSON.parse(await read('whole'))).toEqual(records)
})

test('a subscription of the simulator can be started again', async () => {
  await api.startSubscription('Audit.Exchange')
  await api.startSubscription('Audit.Exchange')
  const { subscriptions } = await api.listSubscriptions()
  expect(subscriptions).toContainEqual({ contentType: 'Audit.Exchange', status: 'enabled' })
})

test.each([
  { kind: 'truncate', code: 'ACTIVITY_API_TRANSFER_CUT' },
  { kind: 'throttle', code: 'ACTIVITY_API_THROTTLED' },
  { kind: 'missing', code: 'ACTIVITY_API_CONTENT_MISSING' },
  { kind: 'expired', code: 'ACTIVITY_API_CONTENT_EXPIRED' },
  { kind: 'status', code: 'ACTIVITY_API_UNAVAILABLE' },
])('a fault of the simulator, $kind, is $code', async ({ kind, code }) => {
  expect(await caught(read(kind))).toMatchObject({ code })
})

test.each(['errorObject', 'notJson'])('a body of the simulator that is no list, %s, reaches its reader', async (kind) => {
  expect(await read(kind)).not.toBe('')
})

test('the simulator refuses a wrong secret, and a window that has aged out', async () => {
  await using stranger = createActivityApi({ ...simulator.options, credentials: [{ kind: 'secret', clientSecret: 'wrong' }] })
  expect(await caught(stranger.listSubscriptions())).toMatchObject({ code: 'ACTIVITY_API_LOGIN_FAILED' })
  const aged = { ...query, start: start - 9 * 86_400_000, end: start - 8 * 86_400_000 }
  expect(await caught(collect(api.listContent(aged)))).toMatchObject({ code: 'ACTIVITY_API_WINDOW_AGED_OUT' })
})
