import { hourMs, minuteMs, parseTenantId } from '@mailtrail/core'
import { buryInvalidJob, buryWork, type DeadWork, type ObjectStore } from '@mailtrail/lake'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { id, second, tenantCommands } from '../../test/tenant-commands.ts'

const tenants = tenantCommands()
const { cli } = tenants
const start = Date.parse('2024-03-11T00:00:00Z')
const canary = 'what stood in the job'

const span = { contentType: 'Audit.Exchange', start, end: start + 10 * minuteMs }
const content: DeadWork = { stage: 'contents', contentHash: 'ab'.repeat(32), ...span, entryKey: 'ledger/none' }
const listing: DeadWork = { stage: 'windows', ...span, kind: 'list', entry: 'listed' }
const rows = z.object({ letters: z.array(z.looseObject({ id: z.string(), tenantId: z.string().nullable() })) })

async function bury(lake: ObjectStore, tenant: string, work: DeadWork, code: string, expires: number | null = null): Promise<void> {
  const failure = { code, message: 'It failed.', at: start }
  const ended = { note: async () => ({ first: failure, last: failure, jobs: 3, attempts: 15 }), forget: async () => {} }
  const failed = { tenantId: parseTenantId(tenant), work, expires, failure, attempts: 5, patience: { jobs: 1, ms: 0 } }
  await buryWork(lake, ended, failed)
}

/** Two tenants, three letters of theirs and one of nobody's. */
async function fourLetters(): Promise<void> {
  await tenants.add(id)
  await tenants.add(second)
  await bury(tenants.lake, id, content, 'RECORD_INVALID', Date.now() + hourMs)
  await bury(tenants.lake, id, listing, 'LEDGER_ENTRY_INVALID')
  await bury(tenants.lake, second, content, 'RECORD_INVALID', start)
  await buryInvalidJob(
    tenants.lake,
    { queue: 'contents', id: '7', data: { canary } },
    { code: 'JOB_INVALID', message: 'Not ours.', at: start },
  )
}

async function listed(...options: readonly string[]): Promise<(string | null)[]> {
  return rows.parse(await cli.json(['dlq', 'list', ...options])).letters.map(({ tenantId }) => tenantId)
}

test.each([
  { options: [], found: [null, id, id, second] },
  { options: ['--tenant', id], found: [id, id] },
  { options: ['--stage', 'contents'], found: [id, second] },
  { options: ['--stage', 'jobs'], found: [null] },
  { options: ['--code', 'LEDGER_ENTRY_INVALID'], found: [id] },
  { options: ['--expires-within', '2h'], found: [id] },
  { options: ['--expires-within', '30m'], found: [] },
  { options: ['--since', '2024-03-11T00:00:00Z'], found: [null, id, id, second] },
  { options: ['--since', '2024-03-11T00:00:01Z'], found: [] },
  { options: ['--state', 'dropped'], found: [] },
])('list $options finds those that are meant', async ({ options, found }) => {
  await fourLetters()
  expect(await listed(...options)).toEqual(found)
  expect(cli.out).not.toContain(canary)
})

test('one that cannot be read is told of, and hides no other', async () => {
  await fourLetters()
  await tenants.lake.create(`dead-letters/tenant=${id}/contents/${'0'.repeat(32)}.json`, Buffer.from('{}'))
  await cli.run(['dlq', 'list'], 3)
  expect([cli.out.trim().split('\n').length, cli.said]).toEqual([4, expect.stringContaining('DEAD_LETTER_INVALID')])
})

test('show tells the errors of a letter, and nothing of what stood in a job', async () => {
  await fourLetters()
  const { letters } = rows.parse(await cli.json(['dlq', 'list', '--stage', 'jobs']))
  await cli.run(['dlq', 'show', letters[0]?.id ?? ''])
  expect(cli.out).toContain('[JOB_INVALID]')
  expect(cli.out).not.toContain(canary)
  await cli.run(['dlq', 'show', 'f'.repeat(32)], 2)
  expect(cli.said).toContain('DEAD_LETTER_UNKNOWN')
})

test('drop needs a reason, records it, and changes nothing when dry', async () => {
  await fourLetters()
  const { letters } = rows.parse(await cli.json(['dlq', 'list', '--code', 'LEDGER_ENTRY_INVALID']))
  const letter = letters[0]?.id ?? ''
  await cli.run(['dlq', 'drop', letter], 2)
  await cli.run(['dlq', 'drop', letter, '--reason', ' '], 2)
  await cli.run(['dlq', 'drop', letter, '--reason', 'of no use', '--dry-run'])
  expect(await listed('--state', 'dropped')).toEqual([])
  await cli.run(['dlq', 'drop', letter, '--reason', 'of no use'])
  await cli.run(['dlq', 'drop', letter, '--reason', 'once more'])
  expect(await listed()).toEqual([null, id, second])
  expect(await cli.json(['dlq', 'show', letter])).toMatchObject({ state: 'dropped', events: [{ event: 'dropped', reason: 'of no use' }] })
})

test('replay wants to know which, needs Redis, and when dry says what it would do without it', async () => {
  await fourLetters()
  await cli.run(['dlq', 'replay'], 2)
  await cli.run(['dlq', 'replay', '--tenant', id], 2)
  expect(cli.said).toContain('REDIS_NOT_CONFIGURED')
  expect(await cli.json(['dlq', 'replay', '--state', 'open', '--dry-run'], 3)).toMatchObject({
    dryRun: true,
    letters: [{ outcome: 'impossible' }, { outcome: 'queued' }, { outcome: 'queued' }, { outcome: 'queued' }],
  })
  expect(await listed('--state', 'open')).toHaveLength(4)
})
