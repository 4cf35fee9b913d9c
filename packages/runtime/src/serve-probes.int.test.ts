import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { serveProbes } from './serve-probes.ts'

const answer = async (path: string) => (path === '/livez' ? ({ status: 200, body: { ok: true } } as const) : undefined)

test.each([
  { method: 'GET', path: '/livez', status: 200, body: '{"ok":true}\n' },
  { method: 'GET', path: '/livez?verbose', status: 200, body: '{"ok":true}\n' },
  { method: 'HEAD', path: '/livez', status: 200, body: '' },
  { method: 'POST', path: '/livez', status: 404, body: '{"reason":"there is nothing here"}\n' },
  { method: 'GET', path: '/', status: 404, body: '{"reason":"there is nothing here"}\n' },
])('$method $path is answered $status', async ({ method, path, status, body }) => {
  await using probes = await serveProbes('127.0.0.1:0', answer)
  expect(await ask(probes.port, method, path)).toEqual({ status, body, type: 'application/json' })
})

test('an address that is taken is an error that names it', async () => {
  await using probes = await serveProbes(':0', answer)
  const taken = serveProbes(`:${probes.port}`, answer)
  await expect(taken).rejects.toMatchObject({ code: 'HEALTH_ADDRESS_UNUSABLE', message: expect.stringContaining(`:${probes.port}`) })
})

async function ask(port: number, method: string, path: string) {
  const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>()
  request({ host: '127.0.0.1', port, method, path }, resolve).on('error', reject).end()
  const response = await promise
  return { status: response.statusCode, body: await text(response), type: response.headers['content-type'] }
}
