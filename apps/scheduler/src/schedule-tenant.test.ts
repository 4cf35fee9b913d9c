import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EntryContent, type EntryName, hourMs, type LedgerEntry, minuteMs, parseTenantId, selectorVersion } from '@mailtrail/core'
import { createFolderStore, ledgerKey, type ObjectStore, writeLedgerEntry } from '@mailtrail/lake'
import type { WorkQueues } from '@mailtrail/queues'
import { recordHistory } from '@mailtrail/tenants'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TenantSchedule } from './schedule-tenant.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const contentType = 'Audit.Exchange'
const firstWindow = { contentType, start, end: start + 10 * minuteMs }

let folder: string
let lake: ObjectStore
let asked: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtrail-schedule-'))
  lake = createFolderStore(folder)
  asked = []
  await recordHistory(lake, tenantId, { kind: 'added', at: start, contentTypes: [contentType], windowMinutes: 10, backfill: false })
})
afterEach(() => rm(folder, { recursive: true }))

async function createSchedule(): Promise<TenantSchedule> {
  const minutes = (time: number): number => (time - start) / minuteMs
  const queues: Pick<WorkQueues, 'list' | 'seal' | 'alert'> = {
    list: async (task) => void asked.push(`list ${task.entry} ${minutes(task.start)}`),
    seal: async (task) => void asked.push(`seal ${minutes(task.start)} overdue ${task.overdue}`),
    alert: async () => void asked.push('alert'),
  }
  const turns = { offer: async () => void asked.push('offer'), release: async () => {} }
  const schedule = new TenantSchedule({ lake, queues: queues as WorkQueues, turns, destinations: ['siem'] }, tenantId)
  await schedule.load(start)
  return schedule
}

async function tick(schedule: TenantSchedule, now: number): Promise<string[]> {
  asked = []
  await schedule.tick(now)
  return asked
}

function write(entry: EntryName, contents: readonly EntryContent[], span = firstWindow): Promise<unknown> {
  const writtenAt = span.end + 2 * minuteMs
  const listing = { serviceDate: writtenAt, localDate: writtenAt, pages: 1, contents: contents.length }
  const whole: LedgerEntry = { tenantId, ...span, entry, writtenAt, listing, operations: [], selectorVersion, contents }
  return writeLedgerEntry(lake, whole)
}

const pending: EntryContent = {
  id: 'a',
  uri: 'https://service/a',
  created: start,
  expiration: start + 168 * hourMs,
  outcome: 'pending',
  recordsSeen: 0,
  recordsKept: 0,
  bodySha256: null,
  objects: [],
}

describe('windows', () => {
  test('are asked for until the ledger has them', async () => {
    const schedule = await createSchedule()
    expect(await tick(schedule, start + 12 * minuteMs)).toEqual(['list listed 0'])
    expect(await tick(schedule, start + 13 * minuteMs)).toEqual(['list listed 0'])
    await write('seal', [])
    expect(await tick(schedule, start + 14 * minuteMs)).toEqual([])
  })

  test('are asked for oldest first after an outage, and before any sweep', async () => {
    const asks = await tick(await createSchedule(), start + 3 * hourMs)
    expect(asks.slice(0, 3)).toEqual(['list listed 0', 'list listed 10', 'list listed 20'])
    expect(asks.findIndex((ask) => ask.includes('sweep'))).toBe(asks.findLastIndex((ask) => ask.includes('listed')) + 1)
  })
})

describe('contents that are not stored', () => {
  const quiet = (asks: readonly string[]): string[] => asks.filter((ask) => !ask.startsWith('list'))

  test('are offered again every 15 minutes, and their window is sealed without them after an hour', async () => {
    await write('listed', [pending])
    const schedule = await createSchedule()
    expect(quiet(await tick(schedule, start + 20 * minuteMs))).toEqual([])
    expect(quiet(await tick(schedule, start + 27 * minuteMs))).toEqual(['offer'])
    expect(quiet(await tick(schedule, start + 30 * minuteMs))).toEqual([])
    expect(quiet(await tick(schedule, start + 72 * minuteMs))).toEqual(['seal 0 overdue true', 'offer'])
  })

  test('go on being offered by a scheduler that starts anew, also once their window is sealed', async () => {
    await write('listed', [pending])
    await write('seal', [pending])
    expect(quiet(await tick(await createSchedule(), start + 5 * hourMs))).toContain('offer')
  })

  test('are left alone once they are stored', async () => {
    await write('listed', [pending])
    await write('seal', [{ ...pending, outcome: 'stored' }])
    expect(quiet(await tick(await createSchedule(), start + 72 * minuteMs))).toEqual([])
  })
})

test('an entry that cannot be read is told of, after everything else is queued', async () => {
  await lake.create(ledgerKey(tenantId, firstWindow, 'listed'), Buffer.from('{"schema":'))
  const schedule = await createSchedule()
  await expect(tick(schedule, start + 22 * minuteMs)).rejects.toMatchObject({ code: 'LEDGER_SPANS_UNREADABLE' })
  expect(asked).toContain('list listed 10')
})
