import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { startAzurite } from '@mailtrail/testing'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import type { LakeSettings } from './lake-settings.ts'
import type { ObjectStore } from './object-store.ts'
import { openLake } from './open-lake.ts'

const azurite = await startAzurite({ tls: true })
afterAll(() => azurite[Symbol.asyncDispose]())
afterEach(() => vi.unstubAllEnvs())

test('without key and signature the identity of the machine is used', async () => {
  await using identity = await startIdentity()
  await using lake = await open()
  expect(await lake.create('a', Buffer.from('a'))).toBe('created')
  expect(identity.asked).toEqual(['https://storage.azure.com'])
})

test('a machine without an identity is told so', async () => {
  vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'EnvironmentCredential')
  await expect(open()).rejects.toMatchObject({ code: 'LAKE_ACCESS_DENIED', message: expect.stringMatching(/Credential|Authentication/) })
})

test('a service whose certificate nobody vouches for is not spoken to', async () => {
  await using identity = await startIdentity()
  await expect(open({ caFile: undefined })).rejects.toMatchObject({
    code: 'LAKE_UNAVAILABLE',
    message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
  })
  expect(identity.asked).toEqual([])
})

test('a proxy is gone through', async () => {
  await using _ = await startIdentity()
  await using proxy = await startTunnels()
  vi.stubEnv('HTTPS_PROXY', proxy.origin)
  vi.stubEnv('NO_PROXY', 'localhost')
  await using lake = await open()
  expect(await lake.create('a', Buffer.from('a'))).toBe('created')
  expect(proxy.asked).toContain(new URL(azurite.endpoint).host)
})

async function open(settings: LakeSettings = { caFile: azurite.caFile }): Promise<ObjectStore> {
  const lakes = { 'abfss:/': { endpoint: azurite.endpoint, ...settings } }
  const readSecret = async (): Promise<never> => Promise.reject(new Error('no secret is asked for'))
  return openLake(`abfss://${await azurite.createContainer()}@${azurite.account}`, { lakes, readSecret })
}

type Asked = AsyncDisposable & { readonly origin: string; readonly asked: string[] }

/** The endpoint that gives a machine its identity's token, for the resource that is asked for. */
async function startIdentity(): Promise<Asked> {
  const now = Math.floor(Date.now() / 1_000)
  const times = { nbf: now - 60, iat: now - 60, exp: now + 3_600 }
  const token = { iss: 'https://sts.windows.net/11111111-2222-4333-8444-555555555555/', aud: 'https://storage.azure.com', ...times }
  const jwt = [{ alg: 'none' }, token].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://localhost').searchParams.get('resource') ?? '')
    response.end(JSON.stringify({ access_token: `${jwt}.`, token_type: 'Bearer', expires_on: String(times.exp) }))
  })
  await once(server.listen(0, 'localhost'), 'listening')
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  vi.stubEnv('IDENTITY_ENDPOINT', `${origin}/token`)
  vi.stubEnv('IDENTITY_HEADER', 'header')
  return { origin, asked, [Symbol.asyncDispose]: () => end(server) }
}

/** A proxy, and whereto it was asked to open tunnels. */
async function startTunnels(): Promise<Asked> {
  const asked: string[] = []
  // A server does not know the connections that it handed over.
  const ends = new Set<Duplex>()
  const server = createServer().on('connect', ({ url = '' }, client, head) => {
    asked.push(url)
    const { hostname, port } = new URL(`http://${url}`)
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.write(head)
      upstream.pipe(client).pipe(upstream)
    })
    for (const socket of [client, upstream]) ends.add(socket.on('error', () => socket.destroy()))
  })
  await once(server.listen(0, 'localhost'), 'listening')
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const socket of ends) socket.destroy()
      await end(server)
    },
  }
}

async function end(server: ReturnType<typeof createServer>): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
