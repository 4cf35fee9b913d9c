import { readFile } from 'node:fs/promises'
import { connect } from 'node:tls'
import { gunzipSync } from 'node:zlib'
import { expect } from 'vitest'
import type { Reply } from '../test-client.ts'
import { type TestWorld, tenantId } from '../test-world.ts'
import { testFaults } from './test-faults.ts'
import { transferFaults } from './transfer-faults.ts'

testFaults(transferFaults, {
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
  'transfer-cut': {
    see: seeBreak,
    seen: { length: 'content-length: 101', body: '[{"Id":"r1","Operation":"MailItemsAccessed","Organ', error: undefined },
  },
  'transfer-cut-chunked': {
    see: seeBreak,
    seen: { length: 'Transfer-Encoding: chunked', body: '32\r\n[{"Id":"r1","Operation":"MailItemsAccessed","Organ\r\n', error: undefined },
  },
  'transfer-reset': { see: seeBreak, seen: { length: 'content-length: 101', body: expect.any(String), error: 'ECONNRESET' } },
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
})

/** A content as it travels over TLS, until the connection ends or breaks. */
async function seeBreak({ simulator: { origin, caFile }, ...running }: TestWorld): Promise<unknown> {
  const { access_token: token } = (await running.token()).json<{ access_token: string }>()
  const { port } = new URL(origin)
  const socket = connect({ host: '127.0.0.1', port: Number(port), ca: await readFile(caFile) })
  let wire = ''
  let error: string | undefined
  socket.on('data', (chunk) => {
    wire += chunk
  })
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    error = code
  })
  socket.write(`GET /api/v1.0/${tenantId}/activity/feed/audit/c1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`)
  await new Promise((closed) => socket.on('close', closed))
  const [head = '', body] = wire.split(/\r\n\r\n([\s\S]*)/)
  return { length: /^(content-length|transfer-encoding): .*$/im.exec(head)?.[0], body, error }
}

function fetchWithGzip({ client, ...running }: TestWorld): Promise<Reply> {
  return running.token().then((reply) =>
    client.call(`/api/v1.0/${tenantId}/activity/feed/audit/c1`, {
      headers: { authorization: `Bearer ${reply.json<{ access_token: string }>().access_token}`, 'accept-encoding': 'gzip' },
    }),
  )
}

async function idsIn(running: TestWorld, contentId: string): Promise<string[]> {
  return (await running.fetch(contentId)).json<{ Id: string }[]>().map(({ Id: id }) => id)
}
