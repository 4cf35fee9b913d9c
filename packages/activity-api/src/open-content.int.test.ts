import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { caught } from '../test/caught.ts'
import { collect } from '../test/collect.ts'
import { publisherId, sendJson, startVendorService, tenantId, type VendorService } from '../test/vendor-service.ts'
import { type ActivityApi, createActivityApi } from './activity-api.ts'

let service: VendorService
let api: ActivityApi
beforeEach(async () => {
  service = await startVendorService()
  api = createActivityApi(service.options)
})
afterEach(async () => {
  await api[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
})

const text = JSON.stringify(Array.from({ length: 5000 }, (_, i) => ({ Id: i, noise: randomBytes(40).toString('hex') })))
const zipped = gzipSync(text)

function open(contentUri = `${service.origin}/api/v1.0/${tenantId}/activity/feed/audit/2024$x`, signal?: AbortSignal) {
  return api.openContent({ contentId: '2024$x', contentUri }, { signal })
}

async function read(opening = open()): Promise<string> {
  const { body } = await opening
  return Buffer.concat(await collect(body)).toString()
}

/** Sends some bytes and cuts the connection once they are on their way. */
function cut(response: ServerResponse, bytes: Uint8Array | string) {
  response.write(bytes, () => response.destroy())
}

describe('a content', () => {
  test('arrives whole, compressed or not, with the service time', async () => {
    expect(await read()).toBe('[]')
    service.answers.feed = (response) =>
      response.writeHead(200, { 'content-encoding': 'gzip', date: 'Thu, 14 Mar 2024 09:20:00 GMT' }).end(zipped)
    const { serviceDate } = await open()
    expect(serviceDate).toBe(Date.UTC(2024, 2, 14, 9, 20))
    expect(await read()).toBe(text)
  })

  test('of several gzip members arrives whole', async () => {
    service.answers.feed = (response) =>
      response.setHeader('content-encoding', 'gzip').end(Buffer.concat([gzipSync('[1,'), gzipSync('2]')]))
    expect(await read()).toBe('[1,2]')
  })

  test('is asked for at its own address, a publisher in it replaced', async () => {
    await read(open(`${service.origin}/api/v1.0/x/audit/2024$a%24b?publisheridentifier=0&k=%7e`))
    expect(service.calls[0]?.url.pathname).toBe('/api/v1.0/x/audit/2024$a%24b')
    expect(service.calls[0]?.url.search).toBe(`?k=%7e&PublisherIdentifier=${publisherId}`)
  })

  test.each([
    { title: 'that is empty', sent: '' },
    { title: 'of white space', sent: ' \r\n ' },
    { title: 'that is an empty list', sent: '[]' },
    { title: 'with a byte-order mark, printed in lines', sent: `\uFEFF\r\n[\r\n  {\r\n    "Id": "a"\r\n  }\r\n]\r\n` },
    { title: 'that is a page of a gateway', sent: '<html>' },
    { title: 'that is an object', sent: '{"Id":"a"}' },
    { title: 'that is no JSON', sent: '{"error":{"code":"AF429"}' },
    { title: 'that is an internal error', sent: '{"error":{"code":"AF50000"}}' },
    { title: 'that is an error without a code', sent: '{"error":{"code":"a sentence"}}' },
    { title: 'that begins like an error and goes on', sent: `{"error":{"code":"AF429","message":"${'x'.repeat(200_000)}"}}` },
  ])('$title is left to its reader, byte for byte', async ({ sent }) => {
    service.answers.feed = (response) => void response.end(sent)
    expect(await read()).toBe(sent)
    service.answers.feed = (response) => void response.setHeader('content-encoding', 'gzip').end(gzipSync(sent))
    expect(await read()).toBe(sent)
  })

  test.each([
    { code: 'AF429', word: 'ACTIVITY_API_THROTTLED' },
    { code: 'AF20051', word: 'ACTIVITY_API_CONTENT_EXPIRED' },
    { code: 'AF20050', word: 'ACTIVITY_API_CONTENT_MISSING' },
    { code: 'AF10001', word: 'ACTIVITY_API_CONSENT_MISSING' },
  ])('whose body is an error object with $code is told as $word, whatever its status and length', async ({ code, word }) => {
    const sent = `\uFEFF ${' '.repeat(20_000)}{"error":{"code":"${code}","message":"${'x'.repeat(20_000)}"}}`
    service.answers.feed = (response) => {
      for (let at = 0; at < sent.length; at += 1_000) response.write(sent.slice(at, at + 1_000))
      response.end()
    }
    expect(await caught(open())).toMatchObject({ code: word, vendorCode: code, status: 200, message: expect.stringContaining('2024$x') })
  })

  test('whose reader leaves gives its connection back', async () => {
    service.answers.feed = (response) => void response.write('[')
    for (let times = 0; times < 20; times += 1) {
      const { body } = await open()
      for await (const _ of body) break
    }
    expect(service.calls).toHaveLength(20)
  })

  test('read slowly is sent slowly', async () => {
    let sent = 0
    service.answers.feed = (response) => {
      const chunk = randomBytes(1024 * 1024)
      const pump = () => {
        while (sent < 200 && !response.destroyed) {
          sent += 1
          if (!response.write(chunk)) return void response.once('drain', pump)
        }
      }
      pump()
    }
    const { body } = await open()
    for await (const _ of body) {
      await new Promise((resolve) => setTimeout(resolve, 300))
      break
    }
    expect(sent).toBeLessThan(32)
  })
})

describe('a content breaks off', () => {
  test.each<{ title: string; answer: (response: ServerResponse) => unknown }>([
    { title: 'in the middle of a length', answer: (response) => cut(response.setHeader('content-length', 1000), text.slice(0, 500)) },
    { title: 'in the middle of a chunked transfer', answer: (response) => cut(response, text.slice(0, 500)) },
    { title: 'before its gzip trailer', answer: (response) => response.setHeader('content-encoding', 'gzip').end(zipped.subarray(0, -4)) },
    { title: 'in the middle of gzip', answer: (response) => response.setHeader('content-encoding', 'gzip').end(zipped.subarray(0, 9000)) },
    { title: 'before the first byte of gzip', answer: (response) => response.setHeader('content-encoding', 'gzip').end() },
    {
      title: 'in connection and gzip',
      answer: (response) => cut(response.setHeader('content-encoding', 'gzip'), zipped.subarray(0, 9000)),
    },
    {
      title: 'with a wrong checksum',
      answer: (response) => {
        const damaged = Buffer.from(zipped)
        damaged[damaged.length - 6] = (damaged[damaged.length - 6] ?? 0) ^ 1
        response.setHeader('content-encoding', 'gzip').end(damaged)
      },
    },
  ])('$title, and does not end as if whole', async ({ answer }) => {
    service.answers.feed = answer
    const error = await caught(read())
    expect(error).toMatchObject({ code: 'ACTIVITY_API_TRANSFER_CUT', retry: { again: true }, operation: 'open-content' })
    expect(error.message).toContain('2024$x')
  })

  test('before its reader begins, and the reader still learns of it', async () => {
    service.answers.feed = (response) => cut(response.setHeader('content-length', 1000), '[')
    const { body } = await open()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await caught(collect(body))).toMatchObject({ code: 'ACTIVITY_API_TRANSFER_CUT' })
  })

  test('for the reason of the signal when its reader gives up', async () => {
    const controller = new AbortController()
    service.answers.feed = (response) => void response.write('[')
    const { body } = await open(undefined, controller.signal)
    const reading = collect(body)
    controller.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
  })
})

describe('a content is refused', () => {
  test.each([
    { title: 'it is gone', status: 404, body: {}, code: 'ACTIVITY_API_CONTENT_MISSING' },
    { title: 'it never was', status: 400, body: { error: { code: 'AF20050' } }, code: 'ACTIVITY_API_CONTENT_MISSING' },
    { title: 'it has expired', status: 400, body: { error: { code: 'AF20051' } }, code: 'ACTIVITY_API_CONTENT_EXPIRED' },
    { title: 'the service fails', status: 500, body: { error: { code: 'AF50000' } }, code: 'ACTIVITY_API_UNAVAILABLE' },
  ])('before its body is handed out when $title', async ({ status, body, code }) => {
    service.answers.feed = (response) => sendJson(response, body, { status })
    expect(await caught(open())).toMatchObject({ code, status })
  })

  test('in a coding we did not ask for', async () => {
    service.answers.feed = (response) => response.setHeader('content-encoding', 'br').end('x')
    expect(await caught(open())).toMatchObject({ code: 'ACTIVITY_API_RESPONSE_INVALID' })
  })

  test.each([
    { title: 'host', address: (origin: string) => origin.replace('127.0.0.1', 'localhost') },
    { title: 'port', address: (origin: string) => origin.replace(/\d+$/, '1') },
    { title: 'scheme', address: (origin: string) => origin.replace('https', 'http') },
    { title: 'user', address: (origin: string) => origin.replace('//', '//someone@') },
    { title: 'form, which is no URL', address: () => '/audit/2024$x' },
  ])('without a token being made for another $title', async ({ address }) => {
    expect(await caught(open(address(service.origin)))).toMatchObject({ code: 'ACTIVITY_API_FOREIGN_HOST' })
    expect([service.logins, service.calls]).toEqual([[], []])
  })
})
