import { dayMs, hourMs, parseTenantId, type Retention, utcDate } from '@mailtrail/core'
import {
  alertKey,
  createFolderStore,
  emailEventsKey,
  itemsKey,
  type ObjectStore,
  quarantineKey,
  rawKey,
  readTombstones,
  writeLedgerEntry,
} from '@mailtrail/lake'
import type { TaskContext } from '@mailtrail/queues'
import { addTenant, noteKeptOperations, readRetiredRaw, recordHistory, setLegalHold } from '@mailtrail/tenants'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { createRetainHandler } from './retain-handler.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const otherTenant = parseTenantId('99999999-2222-4333-8444-555555555555')
const start = Date.parse('2024-03-11T00:00:00Z')
const at = (n: number): number => start + n * dayMs
const day = (n: number): string => utcDate(at(n))
const operations = ['MailItemsAccessed', 'Send']

describe('retention', () => {
  test('removes each kind of evidence once all of its date is past, and nothing else', async () => {
    await using place = await openPlace({ rawDays: 30, itemsDays: 20, emailEventsDays: 40 })
    for (const n of [0, 9, 10, 19, 20, 29, 30]) await place.store(n)
    await place.tell(at(50))
    await place.apply(at(50))
    expect(await place.dates('items/')).toEqual([day(30)])
    expect(await place.dates('raw/operation=MailItemsAccessed/')).toEqual([20, 29, 30].map(day))
    expect(await place.dates('raw/operation=Send/')).toEqual([20, 29, 30].map(day))
    expect(await place.dates('email-events/')).toEqual([10, 19, 20, 29, 30].map(day))
    for (const prefix of ['alerts/', 'quarantine/']) expect(await place.keys(prefix)).toHaveLength(7)
    expect(await place.keys('ledger/')).toHaveLength(1)
  })

  test('is none where nobody says so', async () => {
    await using place = await openPlace()
    await place.store(0)
    await place.tell(at(10_000))
    const before = await place.keys('')
    await place.apply(at(10_000))
    expect(await place.keys('')).toEqual(before)
  })

  test('of one tenant touches no other', async () => {
    await using place = await openPlace({ rawDays: 14 })
    await place.store(0, otherTenant)
    await place.tell(at(50))
    await place.apply(at(50))
    expect(await place.keys('raw/')).toHaveLength(2)
  })

  test('that keeps items longer than raw is refused, and removes nothing', async () => {
    await using place = await openPlace({ itemsDays: 100 }, { rawDays: 30 })
    await place.store(0)
    await expect(place.apply(at(500))).rejects.toMatchObject({ code: 'RETENTION_INVALID' })
    expect(await place.dates('raw/')).toEqual([day(0)])
  })

  test('of very many dates is done by a job after another', async () => {
    await using place = await openPlace({ emailEventsDays: 1 })
    await place.tell(at(500))
    const removed: string[] = []
    const many = Array.from({ length: 103 }, (_, n) => emailEventsKey(tenantId, day(n), 'a'))
    const lake: ObjectStore = {
      ...place.lake,
      async *list(prefix) {
        yield* prefix.startsWith('email-events/')
          ? many.filter((key) => key.startsWith(prefix) && !removed.includes(key))
          : place.lake.list(prefix)
      },
      async *stream() {},
      create: async () => 'created',
      remove: async (key) => ({ outcome: removed.push(key) > 0 ? 'removed' : 'missing' }),
    }
    await place.apply(at(500), lake)
    expect([removed, place.queued.length]).toEqual([many.slice(0, 100), 1])
    await place.apply(at(500), lake)
    expect([removed, place.queued.length]).toEqual([many, 1])
  })
})

describe('what retention removes', () => {
  test('is named by a tombstone with its digest, and noted for coverage', async () => {
    await using place = await openPlace({ rawDays: 30 })
    for (const n of [0, 1, 40]) await place.store(n)
    const before = await place.keys('')
    await place.tell(at(45))
    await place.apply(at(45))
    const left = new Set(await place.keys(''))
    const gone = before.filter((key) => !left.has(key))
    expect(gone).toHaveLength(6)
    const named = (await Array.fromAsync(readTombstones(place.lake, tenantId))).flatMap(({ objects }) => objects)
    expect(named.map(({ key }) => key).toSorted()).toEqual(gone)
    expect(named.every(({ sha256 }) => sha256?.length === 64)).toBe(true)
    expect(await readRetiredRaw(place.lake, tenantId)).toBe(day(2))
  })

  test.each([0, 1, 2, 3, 4])('is named and in the end the same when the process ends after %i writes', async (steps) => {
    await using place = await openPlace({ rawDays: 30 })
    const gone = [itemsKey(tenantId, day(0)), rawKey('Send', tenantId, day(0), 'content')]
    const kept = emailEventsKey(tenantId, day(0), 'a')
    for (const key of [...gone, kept]) await place.lake.create(key, Buffer.from(key))
    await place.tell(at(45))
    await expect(place.apply(at(45), endingAfter(place.lake, steps))).rejects.toThrow('ended')
    const named = (await Array.fromAsync(readTombstones(place.lake, tenantId))).flatMap(({ objects }) => objects.map(({ key }) => key))
    const present = await place.keys('')
    expect(gone.filter((key) => !present.includes(key) && !named.includes(key))).toEqual([])
    await place.apply(at(45))
    expect([...(await place.keys('items/')), ...(await place.keys('raw/')), ...(await place.keys('email-events/'))]).toEqual([kept])
  })

  test('is never what the feed brought within 14 days, however old its events are', async () => {
    await using place = await openPlace({ rawDays: 30 })
    await place.store(0)
    const late = rawKey('Send', tenantId, day(0), 'late')
    await place.lake.create(late, Buffer.from('late'))
    await place.list(at(45), ['late'])
    await place.apply(at(45) + 2 * hourMs)
    expect(await place.keys('raw/')).toEqual([late])
    await place.tell(at(60))
    await place.apply(at(60))
    expect(await place.keys('raw/')).toEqual([])
  })

  test('is raw without a date once its listing is past, and the items made of it', async () => {
    await using place = await openPlace({ rawDays: 30 })
    const [early, late] = ['early', 'late'].map((content) => rawKey('Send', tenantId, 'unknown', content)) as [string, string]
    for (const key of [early, late]) await place.lake.create(key, Buffer.from(key))
    const items = itemsKey(tenantId, 'unknown')
    await place.lake.create(items, Buffer.from('items'))
    await place.list(at(1), ['early'])
    await place.list(at(20), ['late'])
    await place.tell(at(30))
    await place.apply(at(30))
    expect(await place.keys('raw/')).toHaveLength(2)
    await place.tell(at(40))
    await place.apply(at(40))
    expect(await place.keys('raw/')).toEqual([late])
    expect(await place.keys('items/')).toEqual([])
    expect(await readRetiredRaw(place.lake, tenantId)).toBeUndefined()
  })
})

describe('the time of retention', () => {
  test('of a tenant that is collected is never ahead of the service', async () => {
    await using place = await openPlace({ rawDays: 30 })
    await place.store(0)
    await place.apply(at(10_000))
    expect(place.logged).toEqual(['retention.time_unknown'])
    await place.tell(at(30))
    await place.apply(at(10_000))
    expect(await place.dates('raw/')).toEqual([day(0)])
    await place.tell(at(31))
    await place.apply(at(30))
    expect(await place.dates('raw/')).toEqual([day(0)])
    await place.apply(at(31))
    expect(await place.keys('raw/')).toEqual([])
  })

  test('of one that was removed is our own', async () => {
    await using place = await openPlace({ rawDays: 30 })
    await place.store(0)
    await place.tell(at(10))
    await recordHistory(place.lake, tenantId, { kind: 'removed', at: at(10) })
    await place.apply(at(40))
    expect(await place.keys('raw/')).toEqual([])
  })
})

describe('a legal hold', () => {
  const hold = { at: at(1), by: 'ada@desk', reason: 'lawsuit 7' }

  test('keeps everything, and is told', async () => {
    await using place = await openPlace({ rawDays: 30, emailEventsDays: 1 })
    await place.store(0)
    await place.tell(at(50))
    await setLegalHold(place.lake, tenantId, hold)
    const before = await place.keys('')
    await place.apply(at(50))
    expect(await place.keys('')).toEqual(before)
    expect(place.logged).toEqual(['retention.held'])
  })

  test('that is set while objects go keeps the rest', async () => {
    await using place = await openPlace({ rawDays: 30, itemsDays: 30 })
    await place.store(0)
    await place.tell(at(50))
    const lake: ObjectStore = {
      ...place.lake,
      remove: async (key) => {
        const removal = await place.lake.remove(key)
        await setLegalHold(place.lake, tenantId, hold)
        return removal
      },
    }
    await expect(place.apply(at(50), lake)).rejects.toMatchObject({ code: 'TENANT_HELD', retry: { again: false } })
    expect(await place.keys('items/')).toEqual([])
    expect(await place.keys('raw/')).toHaveLength(2)
    expect(await readRetiredRaw(place.lake, tenantId)).toBeUndefined()
  })
})

test('what a lock keeps is told, stops nothing else, and is tried again when the lock has ended', async () => {
  await using place = await openPlace({ rawDays: 30, emailEventsDays: 30 })
  for (const n of [0, 1]) await place.store(n)
  await place.tell(at(200))
  let until: number = at(60)
  const tried: string[] = []
  const lake: ObjectStore = {
    ...place.lake,
    remove: async (key) => {
      tried.push(key)
      return key.includes(`Send/tenant=${tenantId}/date=${day(0)}`) ? { outcome: 'locked', until } : place.lake.remove(key)
    },
  }
  await place.apply(at(50), lake)
  expect(await place.dates('raw/')).toEqual([day(0)])
  expect(await place.keys('email-events/')).toEqual([])
  expect(place.results).toContainEqual(expect.objectContaining({ kind: 'raw', removed: 3, locked: 1, lockedUntil: until }))
  const before = tried.length
  await place.apply(at(51), lake)
  expect(tried).toHaveLength(before)
  until = at(90)
  await place.apply(at(60), lake)
  expect(tried).toHaveLength(before + 1)
  await place.apply(at(90))
  expect(await place.keys('raw/')).toEqual([])
})

/** The lake whose process ends after so many writes and removals. */
function endingAfter(lake: ObjectStore, steps: number): ObjectStore {
  let left = steps
  const orEnd = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (left <= 0) throw new Error('ended')
    left -= 1
    return work()
  }
  return {
    ...lake,
    create: (...args) => orEnd(() => lake.create(...args)),
    replace: (...args) => orEnd(() => lake.replace(...args)),
    remove: (...args) => orEnd(() => lake.remove(...args)),
  }
}

interface Place extends AsyncDisposable {
  readonly lake: ObjectStore
  readonly queued: unknown[]
  /** Names of what was logged, and what was told of removals. */
  readonly logged: string[]
  readonly results: unknown[]
  /** Stores something of every kind under the n-th day. */
  store(n: number, tenant?: typeof tenantId): Promise<void>
  /** A listing by which the service tells the time. */
  tell(now: number): Promise<void>
  /** One that lists contents. */
  list(now: number, contents: readonly string[]): Promise<void>
  apply(now: number, lake?: ObjectStore): Promise<void>
  keys(prefix: string): Promise<string[]>
  dates(prefix: string): Promise<string[]>
}

async function openPlace(retention?: Retention, fleet: Retention = {}): Promise<Place> {
  const folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const queued: unknown[] = []
  const logged: string[] = []
  const results: unknown[] = []
  const log = { info: note, warn: note } as unknown as TaskContext['log']
  function note({ event, ...result }: { readonly event: string }): void {
    if (event === 'retention.applied') results.push(result)
    else logged.push(event)
  }
  for (const id of [tenantId, otherTenant]) {
    await addTenant(lake, {
      tenantId: id,
      displayName: 'x',
      cloud: 'worldwide',
      credentials: [],
      tags: [],
      ...(id === tenantId && { retention }),
    })
    await recordHistory(lake, id, { kind: 'added', at: start, contentTypes: ['Audit.Exchange'], windowMinutes: 10, backfill: false })
  }
  await noteKeptOperations(lake, operations)
  let used = lake
  let now = start
  const handle = createRetainHandler({
    fleetLake: proxyOf(() => used),
    lakes: { open: async () => proxyOf(() => used) },
    queues: { retain: async (task) => void queued.push(task) },
    clock: { now: () => now },
    retention: fleet,
  })
  const keys = (prefix: string): Promise<string[]> => Array.fromAsync(lake.list(prefix))
  const list = async (time: number, contents: readonly string[]): Promise<void> => {
    const content = { uri: '', created: time, expiration: time + 7 * dayMs, outcome: 'stored' as const, recordsSeen: 1, recordsKept: 1 }
    await writeLedgerEntry(lake, {
      tenantId,
      contentType: 'Audit.Exchange',
      start: time - hourMs,
      end: time,
      entry: 'listed',
      writtenAt: time,
      listing: { serviceDate: time, localDate: time, pages: 1, contents: contents.length },
      operations,
      selectorVersion: '1',
      contents: contents.map((id) => ({ id, ...content, bodySha256: null, objects: [] })),
    })
  }
  return {
    lake,
    queued,
    logged,
    results,
    store: async (n, tenant = tenantId) => {
      const all = [
        ...operations.map((operation) => rawKey(operation, tenant, day(n), `content-${n}`)),
        itemsKey(tenant, day(n)),
        emailEventsKey(tenant, day(n), 'a'),
        alertKey(tenant, day(n), 'a'),
        quarantineKey(tenant, `content-${n}`, 'json'),
      ]
      for (const key of all) await lake.create(key, Buffer.from(key))
    },
    tell: (time) => list(time, []),
    list,
    apply: async (time, through = lake) => {
      ;[used, now] = [through, time]
      await handle({ v: 1, kind: 'retain', tenantId }, { signal: new AbortController().signal, log, attempt: 1, lastAttempt: false })
    },
    keys,
    dates: async (prefix) => [...new Set((await keys(prefix)).map((key) => /date=([^/]+)/.exec(key)?.[1] ?? ''))],
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** One lake for the handler, whichever stands behind it now. */
function proxyOf(current: () => ObjectStore): ObjectStore {
  return new Proxy(current(), { get: (_, name) => Reflect.get(current(), name) })
}
