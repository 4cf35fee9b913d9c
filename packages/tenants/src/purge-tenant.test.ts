import { dayMs, hourMs, parseTenantId, utcDate } from '@mailtrail/core'
import {
  alertKey,
  checkKey,
  createFolderStore,
  deadLetterKey,
  deletionKey,
  emailEventsKey,
  itemsKey,
  ledgerKey,
  type ObjectStore,
  quarantineKey,
  rawKey,
  readTombstones,
  writeLedgerEntry,
} from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { readHistory, recordHistory } from './history.ts'
import { noteKeptOperations } from './kept-operations.ts'
import { setLegalHold } from './legal-hold.ts'
import { measureData } from './measure-data.ts'
import { type DeletionReport, purgeTenant } from './purge-tenant.ts'
import { addTenant, readTenant } from './registry.ts'
import { readRetiredRaw } from './retired-raw.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const otherTenant = parseTenantId('99999999-2222-4333-8444-555555555555')
const start = Date.parse('2024-03-11T00:00:00Z')
const removedAt = start + 10 * dayMs
const now = removedAt + 2 * hourMs
const asked = { at: now, by: 'ada@desk', reason: 'the contract ended' }
const removedKinds = { items: 1, raw: 2, 'email-events': 1, quarantine: 1, alerts: 1, 'dead-letters': 1, checks: 1 }

describe('a deletion', () => {
  test('takes whatever names people or their mail, after tombstones, and leaves the proof', async () => {
    await using place = await openPlace()
    const before = await place.keys()
    const report = await place.purge()
    expect(Object.fromEntries(report.kinds.map(({ kind, removed }) => [kind, removed]))).toEqual(removedKinds)
    const left = await place.keys()
    const gone = before.filter((key) => !left.includes(key))
    const named = (await Array.fromAsync(readTombstones(place.lake, tenantId))).flatMap(({ objects }) => objects.map(({ key }) => key))
    expect(named.toSorted()).toEqual(gone)
    const ours = left.filter((key) => key.includes(tenantId) && !key.startsWith('tombstones/'))
    expect(ours.map((key) => key.replaceAll(/(tenant=)?[0-9a-f-]{36}/g, '…'))).toEqual([
      'control/deletions/…/2024-03-21T020000.000Z.json',
      'control/retention/….json',
      'control/tenants/….json',
      'control/tenants/…/history/2024-03-11T000000.000Z-added.json',
      'control/tenants/…/history/2024-03-21T000000.000Z-removed.json',
      expect.stringContaining('ledger/…/date=2024-03-11/'),
    ])
    expect(left.filter((key) => key.includes(otherTenant))).toEqual(before.filter((key) => key.includes(otherTenant)))
  })

  test('leaves of the registration no more than says whom the reports are about', async () => {
    await using place = await openPlace()
    await place.purge()
    expect(await readTenant(place.lake, tenantId)).toEqual({ tenantId, displayName: 'Contoso', cloud: 'gcc', credentials: [], tags: [] })
    expect(await readHistory(place.lake, tenantId)).toHaveLength(2)
    expect(await readRetiredRaw(place.lake, tenantId)).toBe('2024-03-22')
  })

  test('writes down what it removed', async () => {
    await using place = await openPlace()
    const report = await place.purge()
    const bytes = await place.lake.read(deletionKey(tenantId, report.at))
    expect(JSON.parse(Buffer.from(bytes ?? []).toString())).toEqual({ schema: 1, ...report })
    expect(report).toMatchObject({ tenantId, by: 'ada@desk', reason: 'the contract ended' })
  })

  test('is measured before as it is reported after', async () => {
    await using place = await openPlace()
    const before = await place.keys()
    const measured = await measureData({ fleetLake: place.lake, lake: place.lake, tenantId }, { now })
    expect(await place.keys()).toEqual(before)
    const { kinds } = await place.purge()
    expect(measured).toEqual(kinds.map(({ kind, removed: objects, bytes }) => ({ kind, objects, bytes })))
  })

  test('is not held up by a damaged ledger', async () => {
    await using place = await openPlace()
    const span = { contentType: 'Audit.Exchange', start: start + dayMs, end: start + dayMs + hourMs }
    await place.lake.create(ledgerKey(tenantId, span, 'listed'), Buffer.from('damaged'))
    const { kinds } = await place.purge()
    expect(kinds).toContainEqual(expect.objectContaining({ kind: 'email-events', removed: 1 }))
  })

  test.each([0, 1, 2, 4, 7, 13])('that ended after %i writes is finished by the next', async (steps) => {
    await using place = await openPlace()
    const before = await place.keys()
    await expect(place.purge(now, endingAfter(place.lake, steps))).rejects.toThrow('ended')
    const named = (await Array.fromAsync(readTombstones(place.lake, tenantId))).flatMap(({ objects }) => objects.map(({ key }) => key))
    const present = await place.keys()
    expect(before.filter((key) => !present.includes(key) && !named.includes(key))).toEqual([])
    await place.purge(now + hourMs)
    const left = (await place.keys()).filter((key) => key.includes(tenantId))
    expect(left.filter((key) => /^(items|raw|email-events|quarantine|alerts|dead-letters|control\/checks)\//.test(key))).toEqual([])
  })
})

describe('a deletion is refused', () => {
  test('while the tenant is collected', async () => {
    await using place = await openPlace()
    await recordHistory(place.lake, tenantId, { kind: 'added', at: removedAt + 1, contentTypes: ['x'], windowMinutes: 10, backfill: false })
    await expect(place.purge()).rejects.toMatchObject({ code: 'TENANT_STILL_COLLECTED' })
  })

  test('while what was on its way may still be stored', async () => {
    await using place = await openPlace()
    await expect(place.purge(removedAt + hourMs - 1)).rejects.toMatchObject({ code: 'PURGE_TOO_EARLY', retry: { again: true, afterMs: 1 } })
    await place.purge(removedAt + hourMs)
  })

  test('under legal hold, also when it is set meanwhile', async () => {
    await using place = await openPlace()
    const hold = { at: now, by: 'bob@desk', reason: 'lawsuit 7' }
    const lake: ObjectStore = {
      ...place.lake,
      remove: async (key) => {
        const removal = await place.lake.remove(key)
        await setLegalHold(place.lake, tenantId, hold)
        return removal
      },
    }
    await expect(place.purge(now, lake)).rejects.toMatchObject({ code: 'TENANT_HELD' })
    const before = await place.keys()
    expect(before.filter((key) => key.startsWith(`raw/operation=Send/tenant=${tenantId}`))).toHaveLength(1)
    await expect(place.purge()).rejects.toMatchObject({ code: 'TENANT_HELD', message: expect.stringContaining('lawsuit 7') })
    expect(await place.keys()).toEqual(before)
  })
})

test('what a lock keeps is reported with its end, and goes when the lock has ended', async () => {
  await using place = await openPlace()
  const until = Date.parse('2030-01-01T00:00:00Z')
  const lake: ObjectStore = {
    ...place.lake,
    remove: async (key) => (key.startsWith('raw/operation=Send/') ? { outcome: 'locked', until } : place.lake.remove(key)),
  }
  const report = await place.purge(now, lake)
  expect(report.kinds).toContainEqual(expect.objectContaining({ kind: 'raw', removed: 1, locked: 1, lockedUntil: '2030-01-01T00:00:00Z' }))
  const { kinds } = await place.purge(now + dayMs)
  expect(kinds.map(({ removed, locked }) => [removed, locked])).toEqual([
    [0, 0],
    [1, 0],
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
  ])
})

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
  keys(): Promise<string[]>
  purge(at?: number, lake?: ObjectStore): Promise<DeletionReport>
}

/** A lake of two tenants with something of each kind; one was removed. Records of Send are kept no more, as the ledger alone knows. */
async function openPlace(): Promise<Place> {
  const folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  for (const id of [tenantId, otherTenant]) {
    const own = { clientId: id, credentials: ['sealed:v1:AAAA'], publisherId: id, tags: ['gold'], destinations: ['siem'] }
    await addTenant(lake, { tenantId: id, displayName: 'Contoso', cloud: 'gcc', ...own })
    await recordHistory(lake, id, { kind: 'added', at: start, contentTypes: ['Audit.Exchange'], windowMinutes: 10, backfill: false })
    for (const key of [
      ...['MailItemsAccessed', 'Send'].map((operation) => rawKey(operation, id, utcDate(start), 'content')),
      itemsKey(id, utcDate(start)),
      emailEventsKey(id, utcDate(start), 'a'),
      quarantineKey(id, 'content', 'json'),
      alertKey(id, utcDate(start), 'a'),
      deadLetterKey(id, 'contents', 'ab'.repeat(16)),
      checkKey(id, new Date(start).toISOString()),
    ])
      await lake.create(key, Buffer.from(key))
  }
  await recordHistory(lake, tenantId, { kind: 'removed', at: removedAt })
  await noteKeptOperations(lake, ['MailItemsAccessed'])
  const span = { contentType: 'Audit.Exchange', start, end: start + hourMs }
  const rest = { writtenAt: start, listing: null, selectorVersion: '1', contents: [] }
  await writeLedgerEntry(lake, { tenantId, ...span, entry: 'seal', operations: ['MailItemsAccessed', 'Send'], ...rest })
  return {
    lake,
    keys: () => Array.fromAsync(lake.list('')),
    purge: (at = now, through = lake) => purgeTenant({ fleetLake: through, lake: through, tenantId }, { ...asked, at }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}
