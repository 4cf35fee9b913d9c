import { minuteMs, parseTenantId } from '@mailtrail/core'
import { buryWork, contentHash, type DeadWork, ledgerKey, writeLedgerEntry } from '@mailtrail/lake'
import { connectRedis, createWorkQueues } from '@mailtrail/queues'
import { startRedis } from '@mailtrail/testing'
import { expect, test, vi } from 'vitest'
import { id, tenantCommands } from '../../test/tenant-commands.ts'

const tenants = tenantCommands()
const { cli } = tenants
const tenantId = parseTenantId(id)
const start = Date.parse('2024-03-11T00:00:00Z')
const span = { contentType: 'Audit.Exchange', start, end: start + 10 * minuteMs }

test('work of each stage is queued once, however often it is replayed, and again when Redis lost it', async () => {
  await using server = await startRedis()
  vi.stubEnv('MAILTRAIL_REDIS_URL', server.url)
  await tenants.add(id)
  for (const work of await deadWork()) {
    const failure = { code: 'RECORD_INVALID', message: 'It failed.', at: start }
    const ended = { note: async () => ({ first: failure, last: failure, jobs: 3, attempts: 15 }), forget: async () => {} }
    const failed = { tenantId, work, expires: null, failure, attempts: 5, patience: { jobs: 1, ms: 0 } }
    await buryWork(tenants.lake, ended, failed)
  }
  const replay = (): Promise<unknown> => cli.json(['dlq', 'replay', '--tenant', id])
  const redis = await connectRedis(server.url)
  const queues = createWorkQueues(redis)
  try {
    expect(await replay()).toMatchObject({ letters: Array.from({ length: 4 }, () => ({ outcome: 'queued' })) })
    expect(await queues.unfinished()).toBe(4)
    expect(await replay()).toMatchObject({ letters: Array.from({ length: 4 }, () => ({ outcome: 'under way' })) })
    expect(await queues.unfinished()).toBe(4)
    await redis.flushall()
    await replay()
    expect(await queues.unfinished()).toBe(4)
  } finally {
    await queues[Symbol.asyncDispose]()
    redis.disconnect()
  }
})

async function deadWork(): Promise<DeadWork[]> {
  const entry = { ...span, tenantId, entry: 'listed', writtenAt: start, operations: [], selectorVersion: '1' } as const
  const content = { id: 'content', uri: 'https://service/content', created: start, expiration: start + 1 }
  const contents = [{ ...content, outcome: 'pending', recordsSeen: 0, recordsKept: 0, bodySha256: null, objects: [] } as const]
  await writeLedgerEntry(tenants.lake, { ...entry, listing: { serviceDate: start, localDate: start, pages: 1, contents: 1 }, contents })
  return [
    { stage: 'contents', contentHash: contentHash('content'), ...span, entryKey: ledgerKey(tenantId, span, 'listed') },
    { stage: 'windows', ...span, kind: 'list', entry: 'sweep-1h' },
    { stage: 'alerts', date: '2024-03-11', alertId: 'ab'.repeat(16), destination: 'siem' },
    { stage: 'compactions', kind: 'compact', date: '2024-03-11' },
  ]
}
