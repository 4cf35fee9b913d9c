import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { caught } from '../test/caught.ts'
import { collect } from '../test/collect.ts'
import { sendJson, startVendorService, tenantId } from '../test/vendor-service.ts'
import { createActivityApi } from './activity-api.ts'
import type { ActivityApiOptions } from './activity-api-options.ts'
import { createHttpAgent, type HttpTimeouts } from './http-agent.ts'
import { listSubscriptions } from './list-subscriptions.ts'
import { openContent } from './open-content.ts'
import { createServiceClock } from './service-clock.ts'
import type { Session } from './session.ts'

afterEach(() => vi.unstubAllEnvs())

async function startProxy() {
  const targets: string[] = []
  const server = createServer().listen(0, '127.0.0.1')
  server.on('connect', ({ url = '' }, client) => {
    targets.push(url)
    const { hostname, port } = new URL(`https://${url}`)
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(client).pipe(upstream)
    })
    upstream.on('error', () => client.destroy())
    client.on('error', () => upstream.destroy())
  })
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, targets, [Symbol.dispose]: () => void server.close() }
}

test.each([
  { title: 'through', noProxy: '', used: true },
  { title: 'past', noProxy: '127.0.0.1', used: false },
])('login and feed go $title the proxy of the environment, trusting the same authority', async ({ noProxy, used }) => {
  using proxy = await startProxy()
  await using service = await startVendorService()
  vi.stubEnv('HTTPS_PROXY', proxy.url)
  vi.stubEnv('NO_PROXY', noProxy)
  await using api = createActivityApi(service.options)
  await api.listSubscriptions()
  expect(proxy.targets.includes(new URL(service.origin).host)).toBe(used)
})

test('contents in progress at once share at most a dozen connections', async () => {
  const sockets = new Set<unknown>()
  const { promise: release, resolve } = Promise.withResolvers<void>()
  await using service = await startVendorService((response) => {
    sockets.add(response.socket)
    void release.then(() => response.end('[]'))
  })
  await using api = createActivityApi(service.options)
  const listings = Array.from({ length: 40 }, () => api.listSubscriptions())
  await vi.waitFor(() => expect(service.calls).toHaveLength(12))
  resolve()
  await Promise.all(listings)
  expect([service.calls.length, sockets.size]).toEqual([40, 12])
})

test('calls one after another share connections', async () => {
  const sockets = new Set<unknown>()
  await using service = await startVendorService((response) => {
    sockets.add(response.socket)
    sendJson(response, [])
  })
  await using api = createActivityApi(service.options)
  for (let times = 0; times < 20; times += 1) await api.listSubscriptions()
  expect(sockets.size).toBeLessThanOrEqual(2)
})

/** What a client has inside, but for its timeouts and with a token at hand. */
function openSession(options: ActivityApiOptions, timeouts: Partial<HttpTimeouts>) {
  const usual: HttpTimeouts = { connectTimeout: 10_000, headersTimeout: 10_000, bodyTimeout: 10_000, keepAliveTimeout: 10_000 }
  const agent = createHttpAgent(options.cloud, { ...usual, ...timeouts })
  const session: Session = {
    options,
    agent,
    serviceClock: createServiceClock(options.clock),
    tokens: { get: async () => 'token', refuse: () => {}, renew: async () => ({ token: 'token', heldUntil: 0, credential: 0 }) },
  }
  return { session, [Symbol.asyncDispose]: () => agent.destroy() }
}

test('a host that accepts no connection is given up', async () => {
  await using service = await startVendorService()
  // It takes the bytes of the handshake and says nothing.
  const silent = createTcpServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  using _ = { [Symbol.dispose]: () => void silent.close() }
  const apiRoot = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`
  await using own = openSession({ ...service.options, cloud: { ...service.options.cloud, apiRoot } }, { connectTimeout: 300 })
  expect(await caught(listSubscriptions(own.session))).toMatchObject({
    code: 'ACTIVITY_API_UNAVAILABLE',
    tenantId,
    message: expect.stringContaining('UND_ERR_CONNECT_TIMEOUT'),
    retry: { again: true },
  })
})

test('an answer that does not begin is given up', async () => {
  await using service = await startVendorService(() => {})
  await using own = openSession(service.options, { headersTimeout: 300 })
  expect(await caught(listSubscriptions(own.session))).toMatchObject({
    code: 'ACTIVITY_API_UNAVAILABLE',
    message: expect.stringContaining('UND_ERR_HEADERS_TIMEOUT'),
  })
})

test('a body that stands still is cut, one that goes on slowly is not', async () => {
  const open = async (answer: (response: ServerResponse) => void) => {
    await using service = await startVendorService(answer)
    await using own = openSession(service.options, { bodyTimeout: 1_000 })
    const { body } = await openContent(own.session, { contentId: 'x', contentUri: `${service.origin}/x` })
    return Buffer.concat(await collect(body)).toString()
  }
  expect(await caught(open((response) => void response.write('[')))).toMatchObject({ code: 'ACTIVITY_API_TRANSFER_CUT' })
  const slowly = async (response: ServerResponse) => {
    for (let times = 0; times < 4; times += 1) {
      response.write('[')
      await new Promise((resolve) => setTimeout(resolve, 400))
    }
    response.end()
  }
  expect(await open((response) => void slowly(response))).toBe('[[[[')
})
