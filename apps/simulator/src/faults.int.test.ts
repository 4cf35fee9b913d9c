import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { faultCatalogue } from './fault-catalogue.ts'
import type { Reply } from './test-client.ts'
import { startTestWorld, type TestWorld, tenantId } from './test-world.ts'

/** What each fault that answers in place of the service shows, at every operation it concerns. */
const answers = {
  'token-app-unknown': '400 unauthorized_client 700016',
  'token-secret-wrong': '401 invalid_client 7000215',
  'token-secret-expired': '401 invalid_client 7000222',
  'token-assertion-invalid': '401 invalid_client 700027',
  'token-consent-missing': '400 invalid_grant 65001',
  'token-consent-stale': '400 invalid_client 650051',
  'token-tenant-unknown': '400 invalid_request 90002',
  'token-throttled': '429 temporarily_unavailable Retry-After 2',
  'token-unavailable': '503 <html>',
  'af10001-permission-missing': '401 AF10001',
  'af20001-parameter-missing': '400 AF20001',
  'af20002-parameter-type': '400 AF20002',
  'af20003-webhook-expired': '400 AF20003',
  'af20010-tenant-mismatch': '400 AF20010',
  'af20011-tenant-unknown': '400 AF20011',
  'af20012-tenant-misconfigured': '400 AF20012',
  'af20013-tenant-not-a-guid': '400 AF20013',
  'af20020-content-type-invalid': '400 AF20020',
  'af20021-webhook-not-validated': '400 AF20021',
  'af20022-no-subscription': '400 AF20022',
  'af20023-subscription-disabled': '400 AF20023',
  'af20030-time-range': '400 AF20030',
  'af20050-content-missing': '404 AF20050',
  'af20051-content-expired': '400 AF20051',
  'af20052-content-id-invalid': '400 AF20052',
  'af20053-languages': '400 AF20053',
  'af20054-language-syntax': '400 AF20054',
  'af20055-time-range': '400 AF20055',
  'af429-in-403': '403 AF429',
  'af429-in-429': '429 AF429',
  'af429-retry-after-seconds': '403 AF429 Retry-After 2',
  'af429-retry-after-date': '403 AF429 Retry-After Mon, 11 Mar 2024 12:00:02 GMT',
  'http-429': '429 <html>',
  'af50000-internal-error': '500 AF50000',
  'af50000-retry-in-an-hour': '500 AF50000',
  'af50005-internal-error': '500 AF50005',
  'af50006-internal-error': '500 AF50006',
  'http-408-html': '408 <html>',
  'http-408-empty': '408 ',
  'http-500-html': '500 <html>',
  'http-500-empty': '500 ',
  'http-502-html': '502 <html>',
  'http-502-empty': '502 ',
  'http-503-html': '503 <html>',
  'http-503-empty': '503 ',
  'http-504-html': '504 <html>',
  'http-504-empty': '504 ',
  'http-404-html': '404 <html>',
  'http-404-content': '404 <html>',
  'gateway-403': '403 <html>',
  'html-with-200': '200 <html>',
  'error-object-with-200': '200 AF50000',
  'error-body-truncated': '500 {"error":{"code":"AF500',
  'unauthorized-without-code': '401 Authorization has been denied for this request.',
  'redirect-to-foreign-host': '302 foreign',
  'connection-reset': 'ECONNRESET',
  'auditing-off': '400 StartSubscription [ Microsoft.Office.Compliance.Audit.DataServiceException',
  'string-reference-not-set': '400 String reference not set to an instance of a String.',
} as const

/** What each of the other faults shows, by what one may observe of it. */
const sights: Readonly<
  Record<
    string,
    { readonly fault?: object; readonly tenant?: object; readonly see: (world: TestWorld) => Promise<unknown>; readonly seen: unknown }
  >
> = {
  'slow-answer': {
    fault: { seconds: 0.2 },
    see: async (world) => {
      const before = performance.now()
      await world.feed('subscriptions/list')
      return performance.now() - before > 190
    },
    seen: true,
  },
  'token-without-role': { see: async (world) => shown(await world.list()), seen: '401 AF10001' },
  'token-expires-early': {
    fault: { seconds: 0 },
    see: async (world) => [(await world.token()).json(), (await world.list()).status],
    seen: [expect.objectContaining({ expires_in: 3599 }), 401],
  },
  'token-refused-once': {
    see: async (world) => [(await world.list()).status, (await world.fetch('c1')).status, await withNewToken(world)],
    seen: [401, 401, 200],
  },
  'af20024-already-enabled': {
    tenant: { initiallySubscribed: false },
    see: async (world) => [shown(await world.start()), (await world.feed('subscriptions/list')).json()],
    seen: ['400 AF20024', [expect.objectContaining({ status: 'enabled' })]],
  },
  'subscription-not-listed': {
    tenant: { initiallySubscribed: false },
    see: async (world) => {
      const lists = [(await world.start()).status, (await world.feed('subscriptions/list')).json()]
      await world.moveClock('2024-03-11T13:00:00Z')
      return [...lists, (await world.feed('subscriptions/list')).json()]
    },
    seen: [200, [], [expect.objectContaining({ status: 'enabled' })]],
  },
  'subscription-without-status': {
    see: async (world) => (await world.feed('subscriptions/list')).json(),
    seen: [{ contentType: 'Audit.Exchange', webhook: null }],
  },
  'af20023-after-restart': {
    see: async (world) => {
      await world.feed('subscriptions/stop?contentType=Audit.Exchange', 'POST')
      await world.moveClock('2024-03-11T12:14:59Z')
      await world.start()
      const first = shown(await world.list())
      await world.moveClock('2024-03-12T00:14:59Z')
      return [first, shown(await world.list())]
    },
    seen: ['400 AF20023', '200 c1,c2'],
  },
  'first-data-late': {
    tenant: { initiallySubscribed: false, contents: [{ contentId: 'new', created: '2024-03-11T12:30:00Z' }] },
    see: async (world) => {
      await world.start()
      await world.moveClock('2024-03-11T23:59:59Z')
      const first = shown(await world.list())
      await world.moveClock('2024-03-12T00:00:00Z')
      return [first, shown(await world.list())]
    },
    seen: ['200 ', '200 new'],
  },
  'subscription-disabled': {
    fault: { from: '2024-03-11T11:45:00Z', to: '2024-03-11T12:30:00Z' },
    see: seeSubscriptionGap,
    seen: ['400 AF20023', 'disabled', '200 c1,c2', '200 c3,c4'],
  },
  'subscription-removed': {
    fault: { from: '2024-03-11T11:45:00Z', to: '2024-03-11T12:30:00Z' },
    see: seeSubscriptionGap,
    seen: ['400 AF20022', undefined, '200 c1,c2', '200 c3,c4'],
  },
  'partial-beyond-24-hours': {
    see: async (world) => shown(await world.list('2024-03-10T10:30:00', '2024-03-11T13:00:00')),
    seen: '200 c1',
  },
  'descriptors-reversed': { see: async (world) => shown(await world.list()), seen: '200 c2,c1' },
  'descriptor-twice': { see: async (world) => shown(await world.list()), seen: '200 c1,c2,c1' },
  'content-uri-on-foreign-host': {
    see: async (world) => {
      const [first] = (await world.list()).json<{ contentUri: string }[]>()
      return [first?.contentUri.startsWith(world.simulator.foreignOrigin), await visitForeignHost(world, first?.contentUri)]
    },
    seen: [true, { [tenantId]: 1 }],
  },
  'date-missing': { see: async (world) => (await world.list()).headers.date, seen: undefined },
  'date-behind': { see: async (world) => (await world.list()).headers.date, seen: 'Mon, 11 Mar 2024 11:50:00 GMT' },
  'date-ahead': { see: async (world) => (await world.list()).headers.date, seen: 'Mon, 11 Mar 2024 12:10:00 GMT' },
  'date-hours-ahead': { see: async (world) => (await world.list()).headers.date, seen: 'Mon, 11 Mar 2024 18:00:00 GMT' },
  'page-expired': { see: seePages, seen: ['200 c1,c2', '400 AF20031'] },
  'page-fails-midway': { see: seePages, seen: ['200 c1,c2', '500 AF50000'] },
  'page-empty': { see: seePages, seen: ['200 ', '200 c1,c2', '200 c3,c4', '200 c5'] },
  'page-repeats': { see: seePages, seen: ['200 c1,c2', '200 c1,c2,c3,c4', '200 c3,c4,c5'] },
  'descriptor-on-two-pages': { see: seePages, seen: ['200 c1,c2', '200 c2,c3,c4', '200 c4,c5'] },
  'page-circle': { see: seePages, seen: ['200 c1,c2', '200 c3,c4', '200 c5', '200 c1,c2', '200 c3,c4', '200 c5'] },
  'page-on-foreign-host': {
    see: async (world) => {
      const next = String((await world.list()).headers.nextpageuri)
      return [next.startsWith(world.simulator.foreignOrigin), await visitForeignHost(world, next)]
    },
    seen: [true, { [tenantId]: 1 }],
  },
  'next-page-url-header': { see: seeNextPageHeader, seen: ['NextPageUrl'] },
  'next-page-odd-case': { see: seeNextPageHeader, seen: ['nEXTpAGEuRI'] },
  'gzip-unasked': {
    see: async (world) => {
      const { headers, bytes } = await world.fetch('c1')
      return [headers['content-encoding'], JSON.parse(gunzipSync(bytes).toString())]
    },
    seen: ['gzip', [expect.objectContaining({ Id: 'r1' })]],
  },
  'gzip-refused': { see: async (world) => (await fetchWithGzip(world)).headers['content-encoding'], seen: undefined },
  'gzip-damaged': {
    see: async (world) => {
      const { bytes } = await fetchWithGzip(world)
      expect(() => gunzipSync(bytes)).toThrow('incorrect data check')
    },
    seen: undefined,
  },
  'no-length': {
    see: async (world) => {
      const { headers, text } = await world.fetch('c1')
      return [headers['content-length'], headers['transfer-encoding'], JSON.parse(text).length]
    },
    seen: [undefined, 'chunked', 1],
  },
  'transfer-cut': { see: seeBreak, seen: ['aborted', 'ECONNRESET'] },
  'transfer-cut-chunked': { see: seeBreak, seen: ['aborted', 'ECONNRESET'] },
  'transfer-reset': { see: seeBreak, seen: [expect.stringMatching(/aborted|ECONNRESET/), 'ECONNRESET'] },
  'transfer-stalls': {
    fault: { seconds: 0.2 },
    see: async (world) => {
      const before = performance.now()
      const { text } = await world.fetch('c1')
      return [performance.now() - before > 190, JSON.parse(text).length]
    },
    seen: [true, 1],
  },
  'trailing-garbage': { see: async (world) => (await world.fetch('c1')).text.endsWith('}]\n<html>'), seen: true },
  'content-variant': {
    see: async (world) => [await idsIn(world, 'c1'), await idsIn(world, 'c1'), await idsIn(world, 'c2')],
    seen: [['r1'], [], ['r2']],
  },
  'listed-late': {
    fault: { times: 1 },
    see: async (world) => {
      const first = shown(await world.list())
      await world.moveClock('2024-03-11T13:00:00Z')
      return [first, await seePages(world)]
    },
    seen: ['200 c2,c3', ['200 c2,c3', '200 c4,c5', '200 c1']],
  },
  'records-again': {
    fault: { contentId: 'c1' },
    see: async (world) => [(await seePages(world))[1], (await world.fetch('c1-again')).text],
    seen: ['200 c1-again,c3', `[{"OrganizationId":"${tenantId}","Operation":"MailItemsAccessed","Id":"r1"}]`],
  },
  'content-empty': {
    fault: { contentId: 'c1' },
    see: async (world) => [shown(await world.list()), (await world.fetch('c1-empty')).text],
    seen: ['200 c1,c1-empty', '[]'],
  },
  'record-of-another-tenant': {
    see: async (world) => (await world.fetch('c1')).json<{ OrganizationId: string }[]>().map(({ OrganizationId: id }) => id === tenantId),
    seen: [false, true],
  },
  'body-bom': { see: async (world) => (await world.fetch('c1')).text.startsWith('\uFEFF[{'), seen: true },
  'body-pretty-printed': { see: async (world) => (await world.fetch('c1')).text.startsWith('[\n  {\n    "Id"'), seen: true },
  'body-crlf': { see: async (world) => (await world.fetch('c1')).text.startsWith('[\r\n  {\r\n    "Id"'), seen: true },
  'body-big': { fault: { megabytes: 2 }, see: async (world) => (await world.fetch('c1')).text.length > 2_097_152, seen: true },
  'listed-expired': {
    see: async (world) => [shown(await world.list()), shown(await world.fetch('c1'))],
    seen: ['200 c1,c2', '400 AF20051'],
  },
  'expires-soon': { see: async (world) => [shown(await world.fetch('c3')), (await world.fetch('c4')).status], seen: ['400 AF20051', 200] },
  'expires-in-20-days': {
    see: async (world) => {
      await world.moveClock('2024-03-31T09:59:59Z')
      return (await world.fetch('c1')).status
    },
    seen: 200,
  },
  'content-id-odd': {
    see: async (world) => {
      const [first] = (await world.list()).json<{ contentUri: string; contentId: string }[]>()
      return [first?.contentId, (await world.feed(first?.contentUri ?? '')).json()]
    },
    seen: [`c1$../a b+%2F"'é\\:*?`, [expect.objectContaining({ Id: 'r1' })]],
  },
}

let world: TestWorld | undefined

afterEach(async () => {
  await world?.[Symbol.asyncDispose]()
  world = undefined
})

describe('a fault shows on the wire:', () => {
  test.each(Object.entries(answers))('%s answers %s', async (fault, seen) => {
    const running = await startTestWorld([{ fault }])
    world = running
    const operations = faultCatalogue.find(({ name }) => name === fault)?.operations ?? []
    const replies = await Promise.all(operations.map((operation) => describeCall(running, operation)))
    expect(replies).toEqual(operations.map(() => seen))
  })

  test.each(Object.entries(sights))('%s', async (fault, { fault: more, tenant, see, seen }) => {
    world = await startTestWorld([{ fault, ...more }], tenant ? { tenant } : {})
    expect(await see(world)).toEqual(seen)
  })

  test('and every fault of the catalogue was shown', () => {
    expect([...Object.keys(answers), ...Object.keys(sights)].sort()).toEqual(faultCatalogue.map(({ name }) => name).sort())
  })
})

async function describeCall({ simulator, ...running }: TestWorld, operation: string): Promise<string> {
  const calls: Readonly<Record<string, () => Promise<Reply>>> = {
    token: running.token,
    start: running.start,
    stop: () => running.feed('subscriptions/stop?contentType=Audit.Exchange', 'POST'),
    'list-subscriptions': () => running.feed('subscriptions/list'),
    'list-content': () => running.list(),
    'fetch-content': () => running.fetch('c1'),
  }
  try {
    const reply = await calls[operation]?.()
    return reply?.headers.location?.startsWith(simulator.foreignOrigin) ? `${reply.status} foreign` : shown(reply)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

/** Status and what tells the body best: an error's code, the ids of a listing, or how the text begins. */
function shown(reply: Reply | undefined): string {
  if (!reply) return 'nothing'
  const { status, text, headers } = reply
  const retryAfter = headers['retry-after'] ? ` Retry-After ${headers['retry-after']}` : ''
  return `${status} ${essence(text)}${retryAfter}`
}

function essence(text: string): string {
  const value = parsed(text)
  if (Array.isArray(value)) return value.map(({ contentId }) => contentId).join(',')
  if (typeof value !== 'object' || value === null) return text.startsWith('<html>') ? '<html>' : text
  const {
    error,
    error_codes: codes,
    Message: message,
  } = value as { error?: string | { code: string }; error_codes?: number[]; Message?: string }
  if (typeof error === 'string') return [error, ...(codes ?? [])].join(' ')
  if (error === undefined) return message ?? text
  const [, start = error.code] = /^(StartSubscription \[|String reference not set to an instance of a String\.)/.exec(error.code) ?? []
  return [start, ...(/Microsoft\.\S+Exception/.exec(error.code) ?? [])].join(' ')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function seePages(running: TestWorld): Promise<string[]> {
  const pages = [await running.list()]
  for (let next = pages[0]?.headers.nextpageuri; next !== undefined && pages.length < 6; next = pages.at(-1)?.headers.nextpageuri)
    pages.push(await running.feed(String(next)))
  return pages.map(shown)
}

async function seeNextPageHeader(running: TestWorld): Promise<string[]> {
  return (await running.list()).headerNames.filter((name) => name.toLowerCase().startsWith('nextpage'))
}

async function seeSubscriptionGap(running: TestWorld): Promise<unknown[]> {
  const during = [shown(await running.list()), (await running.feed('subscriptions/list')).json<{ status: string }[]>()[0]?.status]
  await running.moveClock('2024-03-11T12:30:00Z')
  return [...during, ...(await seePages(running))]
}

async function seeBreak(running: TestWorld): Promise<unknown> {
  try {
    return await running.fetch('c1')
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    return [message, code]
  }
}

async function visitForeignHost(running: TestWorld, address = ''): Promise<unknown> {
  const reply = await running.feed(address)
  expect([reply.status, reply.text]).toEqual([200, '[]'])
  return running.simulator.simulation.metrics.snapshot().tokensAtForeignHost
}

function fetchWithGzip({ client, ...running }: TestWorld): Promise<Reply> {
  return running.token().then((reply) =>
    client.call(`/api/v1.0/${tenantId}/activity/feed/audit/c1`, {
      headers: { authorization: `Bearer ${reply.json<{ access_token: string }>().access_token}`, 'accept-encoding': 'gzip' },
    }),
  )
}

async function withNewToken({ client, ...running }: TestWorld): Promise<number> {
  const { access_token: token } = (await running.token()).json<{ access_token: string }>()
  return (await client.call(`/api/v1.0/${tenantId}/activity/feed/subscriptions/list`, { headers: { authorization: `Bearer ${token}` } }))
    .status
}

async function idsIn(running: TestWorld, contentId: string): Promise<string[]> {
  return (await running.fetch(contentId)).json<{ Id: string }[]>().map(({ Id: id }) => id)
}
