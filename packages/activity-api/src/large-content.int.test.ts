import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { caught } from '../test/caught.ts'
import { startVendorService } from '../test/vendor-service.ts'
import { type ActivityApi, createActivityApi } from './activity-api.ts'

const megabyte = 1024 * 1024
const size = 320 * megabyte
const block = Buffer.alloc(megabyte, '{"Id": "a record" },\n')
const zipped = gzipSync(block, { level: 1 })

/** Sends the block over and over as fast as it is read. */
async function send(response: ServerResponse, bytes: Buffer, times: number) {
  for (let sent = 0; sent < times && !response.destroyed; sent += 1) {
    if (!response.write(bytes)) await once(response, 'drain').catch(() => {})
  }
}

/** Reads a content and returns its length and by how much the memory of this process, the server's share included, grew at the most. */
async function measure(api: ActivityApi, contentUri: string): Promise<{ length: number; grownBy: number; failure?: unknown }> {
  const before = process.memoryUsage().rss
  let length = 0
  let peak = before
  try {
    const { body } = await api.openContent({ contentId: 'large', contentUri })
    for await (const chunk of body) {
      length += chunk.length
      peak = Math.max(peak, process.memoryUsage.rss())
    }
    return { length, grownBy: peak - before }
  } catch (failure) {
    return { length, grownBy: peak - before, failure }
  }
}

test.each([
  { title: 'as it is', coding: 'identity', bytes: block },
  // Each block is a member of its own, as gzip allows.
  { title: 'compressed a thousand times over', coding: 'gzip', bytes: zipped },
])('a content of 320 MB, sent $title, is read in bounded memory', async ({ coding, bytes }) => {
  await using service = await startVendorService((response) => {
    response.setHeader('content-encoding', coding)
    void send(response, bytes, size / megabyte).then(() => response.end())
  })
  await using api = createActivityApi(service.options)
  const { length, grownBy } = await measure(api, `${service.origin}/x`)
  expect(length).toBe(size)
  expect(grownBy).toBeLessThan(150 * megabyte)
})

test('a content that breaks off after 100 MB is an error, in bounded memory', async () => {
  await using service = await startVendorService((response) => {
    response.setHeader('content-length', size)
    void send(response, block, 100).then(() => response.destroy())
  })
  await using api = createActivityApi(service.options)
  const { length, grownBy, failure } = await measure(api, `${service.origin}/x`)
  expect(await caught(Promise.reject(failure))).toMatchObject({ code: 'ACTIVITY_API_TRANSFER_CUT' })
  expect(length).toBeGreaterThan(50 * megabyte)
  expect(grownBy).toBeLessThan(150 * megabyte)
})

test('an endless object in place of a list is given up where a listing ends, and handed on where a content is read', async () => {
  await using service = await startVendorService((response) => {
    response.write('{"error":"')
    void send(response, Buffer.alloc(megabyte, 'x'), size / megabyte)
  })
  await using api = createActivityApi(service.options)
  const before = process.memoryUsage().rss
  expect(await caught(api.listSubscriptions())).toMatchObject({ code: 'ACTIVITY_API_RESPONSE_INVALID' })
  const { body } = await api.openContent({ contentId: 'large', contentUri: `${service.origin}/x` })
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > 100 * megabyte) break
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * megabyte)
})
