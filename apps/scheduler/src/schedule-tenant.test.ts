import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  dayMs,
  defaultHorizonMs,
  type EntryContent,
  type EntryName,
  hourMs,
  type LedgerEntry,
  minuteMs,
  parseTenantId,
  selectorVersion,
} from '@mailtrail/core'
import { createFolderStore, foldDay, foldKey, ledgerKey, type ObjectStore, rawKey, removeFolded, writeLedgerEntry } from '@mailtrail/lake'
import type { Brake, WorkQueues } from '@mailtrail/queues'
import { addTenant, recordHistory } from '@mailtrail/tenants'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TenantSchedule } from './schedule-tenant.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const contentType = 'Audit.Exchange'
const firstWindow = { contentType, start, end: start + 10 * minuteMs }

let folder: string
let lake: ObjectStore
let asked: string[]
let brake: Brake | undefined
let isCompacting: boolean
let isFolding: boolean

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtrail-schedule-'))
  lake = createFolderStore(folder)
  asked = []
  brake = undefined
  isCompacting = false
  isFolding = false
  await addTenant(lake, { tenantId, displayName: 'Contoso', cloud: 'worldwide', credentials: [], tags: [] })
  await recordHistory(lake, tenantId, { kind: 'added', at: start, contentTypes: [contentType], windowMinutes: 10, backfill: false })
})
afterEach(() => rm(folder, { recursive: true }))

async function createSchedule(): Promise<TenantSchedule> {
  const minutes = (time: number): number => (time - start) / minuteMs
  const queues: Pick<WorkQueues, 'list' | 'peek' | 'seal' | 'alert' | 'compact' | 'fold'> = {
    peek: async (task) => void asked.push(`peek ${minutes(task.start)}`),
    list: async (task) => void asked.push(`list ${task.entry} ${minutes(task.start)}`),
    seal: async (task) => void asked.push(`seal ${minutes(task.start)} overdue ${task.overdue}`),
    alert: async () => void asked.push('alert'),
    compact: async ({ date }) => !isCompacting && asked.push(`compact ${date}`) > 0,
    fold: async (task) => {
      asked.push(`fold ${task.fold} of ${task.date}`)
      return !isFolding
    },
  }
  const turns = { offer: async () => void asked.push('offer'), release: async () => {} }
  const brakes = { read: async () => brake }
  const deps = { fleetLake: lake, lake, queues: queues as WorkQueues, turns, brakes, destinations: [], horizonMs: defaultHorizonMs }
  const schedule = new TenantSchedule(deps, tenantId)
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
    expect(await tick(schedule, start + 12 * minuteMs)).toContain('list listed 0')
    expect(await tick(schedule, start + 13 * minuteMs)).toContain('list listed 0')
    await write('seal', [])
    expect(await tick(schedule, start + 15 * minuteMs)).not.toContain('list listed 0')
  })

  test('are asked for oldest first after an outage, and before any sweep', async () => {
    const asks = await tick(await createSchedule(), start + 3 * hourMs)
    expect(asks.slice(0, 3)).toEqual(['list listed 0', 'list listed 10', 'list listed 20'])
    expect(asks.findIndex((ask) => ask.includes('sweep'))).toBe(asks.findLastIndex((ask) => ask.includes('listed')) + 1)
  })
})

test('a window whose contents a sweep of the same hour stored first is sealed all the same', async () => {
  const hour = { contentType, start, end: start + hourMs }
  await write('sweep-1h', [pending], hour)
  await write('repair-1', [{ ...pending, outcome: 'stored' }], hour)
  await write('listed', [pending], hour)
  const schedule = await createSchedule()
  expect(await tick(schedule, hour.end + 30 * minuteMs)).not.toContain('seal 0 overdue true')
  expect(await tick(schedule, hour.end + 62 * minuteMs)).toContain('seal 0 overdue true')
  await write('seal', [{ ...pending, outcome: 'stored' }], hour)
  expect(await tick(schedule, hour.end + 63 * minuteMs)).not.toContain('seal 0 overdue true')
})

describe('what was asked for in vain', () => {
  test('is asked for less and less often, at last every 15 minutes', async () => {
    const schedule = await createSchedule()
    const times: number[] = []
    for (let minute = 12; minute < 80; minute += 1) {
      if ((await tick(schedule, start + minute * minuteMs)).includes('list listed 0')) times.push(minute)
    }
    expect(times).toEqual([12, 13, 15, 19, 27, 42, 57, 72])
  })

  test('is asked for in time once a clock that ran ahead is right again', async () => {
    const schedule = await createSchedule()
    for (const minute of [12, 13, 14]) await tick(schedule, start + dayMs + minute * minuteMs)
    expect(await tick(schedule, start + 14 * minuteMs)).toEqual(expect.arrayContaining(['list listed 0', 'peek 10']))
  })

  test('keeps nothing else from being asked for', async () => {
    const schedule = await createSchedule()
    const asks: string[] = []
    for (let minute = 0; minute < 20; minute += 1) asks.push(...(await tick(schedule, start + dayMs + minute * minuteMs)))
    expect(new Set(asks.filter((ask) => ask.startsWith('list listed'))).size).toBe(145)
  })
})

describe('the open window', () => {
  const peeks = (asks: readonly string[]): string[] => asks.filter((ask) => ask.startsWith('peek'))

  test('is looked into every two minutes, and once more between its end and its listing', async () => {
    const schedule = await createSchedule()
    const asks: string[] = []
    for (let minute = 0; minute <= 12; minute += 1) asks.push(...peeks(await tick(schedule, start + minute * minuteMs)))
    const untilClosed = ['peek 0', 'peek 0', 'peek 0', 'peek 0', 'peek 0']
    expect(asks).toEqual([...untilClosed, 'peek 0', 'peek 10'])
  })

  test('is left alone while the tenant is paused, and what closed before is not', async () => {
    await recordHistory(lake, tenantId, { kind: 'paused', at: start + 5 * minuteMs })
    expect(await tick(await createSchedule(), start + 25 * minuteMs)).toEqual(['list listed 0'])
  })
})

describe('a tenant that refuses', () => {
  test('is left alone while the brake holds, then asked once', async () => {
    const schedule = await createSchedule()
    brake = { code: 'ACTIVITY_API_CONSENT_MISSING', until: start + 2 * hourMs }
    expect(await tick(schedule, start + 2 * hourMs - 1)).toEqual([])
    expect(await tick(schedule, start + 2 * hourMs)).toEqual(['list listed 0'])
  })

  test('has its windows sealed all the same', async () => {
    await write('listed', [pending])
    brake = { code: 'ACTIVITY_API_CONSENT_MISSING', until: start + 24 * hourMs }
    expect(await tick(await createSchedule(), start + 72 * minuteMs)).toEqual(['seal 0 overdue true'])
  })
})

test('of a removed tenant the unsealed windows are sealed at once, and nothing else is done', async () => {
  await write('listed', [pending])
  await recordHistory(lake, tenantId, { kind: 'removed', at: start + 15 * minuteMs })
  expect(await tick(await createSchedule(), start + 16 * minuteMs)).toEqual(['seal 0 overdue true'])
})

test('what somebody waits for is asked for first', async () => {
  await recordHistory(lake, tenantId, {
    kind: 'backfill-requested',
    at: start + 2 * hourMs,
    from: start - hourMs,
    to: start,
    priority: true,
  })
  const asks = await tick(await createSchedule(), start + 2 * hourMs + minuteMs)
  expect(asks.slice(0, 7)).toEqual([...[-60, -50, -40, -30, -20, -10].map((minute) => `list listed ${minute}`), 'list listed 0'])
})

describe('the dates of stored contents', () => {
  const compactions = async (schedule: TenantSchedule, now: number): Promise<string[]> =>
    (await tick(schedule, now)).filter((ask) => ask.startsWith('compact'))
  const stored = (...dates: readonly string[]): EntryContent => {
    const objects = dates.map((date) => ({ key: rawKey('MailItemsAccessed', tenantId, date, 'a'), linesSha256: '', recordsSha256: '' }))
    const other = { key: rawKey('Send', tenantId, '2024-03-01', 'a'), linesSha256: '', recordsSha256: '' }
    return { ...pending, outcome: 'stored', objects: [...objects, other] }
  }

  test('are compacted six hours after the ledger named them', async () => {
    const schedule = await createSchedule()
    await write('listed', [pending])
    await tick(schedule, start + 12 * minuteMs)
    await write('seal', [stored('2024-03-11', 'unknown')])
    await tick(schedule, start + 15 * minuteMs)
    expect(await compactions(schedule, start + 374 * minuteMs)).toEqual([])
    expect(await compactions(schedule, start + 375 * minuteMs)).toEqual(['compact 2024-03-11', 'compact unknown'])
    expect(await compactions(schedule, start + 24 * hourMs)).toEqual([])
  })

  test('are asked for again while another date of the tenant is compacted', async () => {
    await write('listed', [pending])
    await write('seal', [stored('2024-03-11')])
    const schedule = await createSchedule()
    isCompacting = true
    expect(await compactions(schedule, start + 20 * minuteMs)).toEqual([])
    isCompacting = false
    expect(await compactions(schedule, start + 21 * minuteMs)).toEqual(['compact 2024-03-11'])
  })

  test('are asked for once by a scheduler that starts anew', async () => {
    await write('listed', [stored('2024-03-11')])
    for (let starts = 0; starts < 2; starts += 1) {
      const schedule = await createSchedule()
      expect(await compactions(schedule, start + 20 * minuteMs)).toEqual(['compact 2024-03-11'])
      expect(await compactions(schedule, start + 24 * hourMs)).toEqual([])
    }
  })
})

describe('contents that are not stored', () => {
  const quiet = (asks: readonly string[]): string[] => asks.filter((ask) => !/^(list|peek)/.test(ask))

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

  test('and what else was asked for is queued again at once when Redis came back empty, and but once', async () => {
    await write('listed', [pending])
    const schedule = await createSchedule()
    const askedAt = start + 28 * minuteMs
    for (let now = start + 12 * minuteMs; now < askedAt; now += minuteMs) await tick(schedule, now)
    const lost = async (now: number): Promise<string[]> => {
      asked = []
      await schedule.tick(now, { queuedSince: askedAt })
      return asked.filter((ask) => ask === 'offer' || ask === 'list listed 10')
    }
    expect(await lost(askedAt)).toEqual(['list listed 10', 'offer'])
    expect(await lost(askedAt + 1)).toEqual([])
  })

  test('are left alone once they are stored', async () => {
    await write('listed', [pending])
    await write('seal', [{ ...pending, outcome: 'stored' }])
    expect(quiet(await tick(await createSchedule(), start + 72 * minuteMs))).toEqual([])
  })
})

test('what is backfilled is a gap to be told of when it stays unlisted for two hours after it was asked for', async () => {
  const resumed = start + 20 * hourMs
  await write('seal', [])
  await recordHistory(lake, tenantId, { kind: 'paused', at: firstWindow.end })
  await recordHistory(lake, tenantId, { kind: 'resumed', at: resumed, backfill: true })
  const schedule = await createSchedule()
  const alerts = async (now: number): Promise<number> => {
    await tick(schedule, now)
    return (await Array.fromAsync(lake.list('alerts/'))).length
  }
  expect(await alerts(resumed + minuteMs)).toBe(0)
  expect(await alerts(resumed + 2 * hourMs - 1)).toBe(0)
  expect(await alerts(resumed + 2 * hourMs)).toBe(1)
})

test('an entry that cannot be read is told of, after everything else is queued', async () => {
  await lake.create(ledgerKey(tenantId, firstWindow, 'listed'), Buffer.from('{"schema":'))
  const schedule = await createSchedule()
  await expect(tick(schedule, start + 22 * minuteMs)).rejects.toMatchObject({ code: 'LEDGER_SPANS_UNREADABLE' })
  expect(asked).toContain('list listed 10')
})

describe('the ledger of a day', () => {
  const dayEnd = start + dayMs
  const day = { tenantId, contentType, date: '2024-03-11' }
  const fold = (number: number): Promise<unknown> => foldDay(lake, { ...day, fold: number }, { periods: [], coverage: null })
  const sweeps: readonly EntryName[] = ['sweep-1h', 'sweep-6h', 'sweep-24h', 'sweep-settle', 'sweep-last']

  // One window is all there is to collect.
  beforeEach(() => recordHistory(lake, tenantId, { kind: 'paused', at: firstWindow.end }))

  test('is folded three times, and asked for until it is', async () => {
    for (const name of ['seal', ...sweeps.slice(0, 3)] as const) await write(name, [])
    const schedule = await createSchedule()
    const folds = async (afterDay: number): Promise<string[]> =>
      (await tick(schedule, dayEnd + afterDay)).filter((ask) => ask.startsWith('fold'))
    expect(await folds(8 * hourMs)).toEqual(['fold 1 of 2024-03-11'])
    expect(await folds(8 * hourMs + minuteMs)).toEqual(['fold 1 of 2024-03-11'])
    await fold(1)
    expect(await folds(8 * hourMs + 3 * minuteMs)).toEqual([])
    expect(await folds(78 * hourMs)).toEqual([])
    await write('sweep-settle', [])
    expect(await folds(79 * hourMs)).toEqual(['fold 2 of 2024-03-11'])
    await fold(2)
    expect(await folds(132 * hourMs)).toEqual([])
    await write('sweep-last', [])
    expect(await folds(133 * hourMs)).toEqual(['fold 3 of 2024-03-11'])
    await fold(3)
    expect(await folds(134 * hourMs)).toEqual(['fold 3 of 2024-03-11'])
    await removeFolded(lake, tenantId, day)
    expect(await folds(135 * hourMs)).toEqual([])
  })

  test('that is folded is as well known to a scheduler that starts anew', async () => {
    await write('listed', [pending])
    await write('seal', [{ ...pending, outcome: 'missing' }])
    for (const name of sweeps) await write(name, [])
    await fold(3)
    expect(await removeFolded(lake, tenantId, day)).toBe(7)
    expect(await tick(await createSchedule(), dayEnd + 132 * hourMs)).toEqual([])
    expect(await Array.fromAsync(lake.list('alerts/'))).toHaveLength(1)
  })

  test('is asked for again by the next tick when another fold of the tenant was on its way', async () => {
    await write('seal', [])
    isFolding = true
    const schedule = await createSchedule()
    const folds = async (now: number): Promise<string[]> => (await tick(schedule, now)).filter((ask) => ask.startsWith('fold'))
    for (let minute = 0; minute < 3; minute += 1) expect(await folds(dayEnd + 8 * hourMs + minute * minuteMs)).toHaveLength(1)
  })

  test('whose fold cannot be read is told of, and what lies beside it is known', async () => {
    for (const name of ['seal', ...sweeps] as const) await write(name, [])
    await lake.create(foldKey(tenantId, day.date, contentType, 1), Buffer.from('no fold'))
    const schedule = await createSchedule()
    await expect(tick(schedule, dayEnd + 7 * hourMs)).rejects.toMatchObject({ code: 'LEDGER_SPANS_UNREADABLE' })
    expect(asked).toEqual([])
  })
})
