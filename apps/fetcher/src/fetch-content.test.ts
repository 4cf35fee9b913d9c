import { buffer } from 'node:stream/consumers'
import type { ActivityApi } from '@mailtrail/activity-api'
import { compressions, parseTenantId } from '@mailtrail/core'
import { createFolderStore, packedKey, rawKey, unpackObject } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { fetchContent } from './fetch-content.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const content = { id: 'content', uri: 'https://service/content', created: 0 }
const operation = 'MailItemsAccessed'

test.each(compressions)('records are stored in the order of the feed, packed by %s', async (compression) => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const records = Array.from({ length: 40 }, (_, index) => ({
    Id: `${(index * 7) % 40}`,
    Operation: index % 5 === 4 ? 'Send' : operation,
    CreationTime: index % 2 === 0 ? '2024-03-14T10:00:00' : '2024-03-15T10:00:00',
  }))
  const chunks = JSON.stringify(records).match(/.{1,50}/g) ?? []
  const body = async function* (): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  const api = { openContent: async () => ({ body: body() }) } as unknown as ActivityApi
  const settings = { operations: new Set([operation]), spoolFolder: folder.path, compression, isLate: () => false }
  const options = { tenantId, api, lake, ...settings }
  await fetchContent(content, options)
  for (const date of ['2024-03-14', '2024-03-15']) {
    const expected = records.filter((record) => record.Operation === operation && record.CreationTime.startsWith(date))
    const stored = await buffer(unpackObject(lake, packedKey(rawKey(operation, tenantId, date, content.id), compression)))
    expect(stored.toString()).toBe(expected.map((record) => `${JSON.stringify(record)}\n`).join(''))
  }
})
