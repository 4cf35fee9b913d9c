import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { startVendorService } from '../test/vendor-service.ts'
import { createActivityApi } from './activity-api.ts'

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
