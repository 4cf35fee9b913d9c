import { tmpdir } from 'node:os'
import { dayMs, defaultHorizonMs, hourMs, utcDate } from '@mailtrail/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { contentType, midnight, tenantId } from '../../test/entries.ts'
import { type MemoryLake, memoryLake } from '../../test/memory-lake.ts'
import { retire, smallHistory, smallLake, storeText } from '../../test/small-lake.ts'
import { chainTips } from '../chain-tips.ts'
import { foldKey, parseFoldKey, rawPrefix } from '../layout.ts'
import type { ObjectStore } from '../object-store.ts'
import { readFoldHead } from '../read-fold.ts'
import { removeFolded } from '../remove-folded.ts'
import { type EvidenceReport, type VerifyOptions, verifyEvidence } from './verify-evidence.ts'

let whole: MemoryLake

beforeAll(async () => {
  whole = await smallLake()
})

const verify = (lake: ObjectStore, options: Partial<VerifyOptions> = {}): Promise<EvidenceReport> =>
  verifyEvidence(lake, {
    tenantId,
    history: smallHistory,
    operations: ['MailItemsAccessed'],
    horizonMs: defaultHorizonMs,
    heads: [],
    folder: tmpdir(),
    areItemsIntact: async (store, key) => Buffer.from((await store.read(key)) ?? '').toString() === 'items',
    ...options,
  })

describe('of a lake as the fleet leaves it', () => {
  test('nothing is found, and all of it was looked at', async () => {
    const { findings, awaiting, untold, ...report } = await verify(whole)
    expect({ findings, awaiting, untold }).toEqual({ findings: [], awaiting: 0, untold: 0 })
    const count = (prefix: string): number => [...whole.objects.keys()].filter((key) => key.startsWith(prefix)).length
    const dataObjects = ['raw/', 'items/', 'email-events/', 'quarantine/'].reduce((sum, prefix) => sum + count(prefix), 0)
    expect(report).toMatchObject({ objects: dataObjects, tombstones: count('tombstones/'), retired: 2, anchor: { state: 'unanchored' } })
    expect(report.folds).toBe([...whole.objects.keys()].filter((key) => key.includes('/fold-')).length)
  })

  test('whatever bit of whatever object is flipped, it and nothing else is named', async () => {
    const random = createRandom(20240314)
    const wrong: string[] = []
    for (const [key, bytes] of whole.objects) {
      // The last bits of what is packed may be of no use, and one of the system's number makes it another system's.
      const [from, to] = key.startsWith('email-events/') ? [10, bytes.length - 9] : [0, bytes.length]
      const at = from + random(to - from)
      const bit = random(8)
      const lake = memoryLake(new Map(whole.objects).set(key, flipped(bytes, at, bit)))
      const named = await names(lake)
      const others = key.startsWith('tombstones/') ? named.filter((name) => !namedBy(bytes).includes(name.replace(/^missing /, ''))) : named
      // Of a tombstone the line that was hit explains nothing any more; the others do.
      if (others.join() !== `altered ${key}` || named.length > 2) wrong.push(`${key} byte ${at} bit ${bit}: ${named}`)
    }
    expect(wrong).toEqual([])
  })

  test('whatever object is removed, it and nothing else is named', async () => {
    const wrong: string[] = []
    for (const [key, bytes] of whole.objects) {
      const lake = memoryLake([...whole.objects].filter(([other]) => other !== key))
      const named = await names(lake)
      if (named.join() !== expectedWithout(key, bytes).join()) wrong.push(`${key}: ${named}`)
    }
    expect(wrong).toEqual([])
  })
})

describe('nothing is found either', () => {
  const copy = (): MemoryLake => memoryLake(whole.objects)
  const rawOf = (lake: MemoryLake, date: string): AsyncIterable<string> => lake.list(rawPrefix('MailItemsAccessed', tenantId, date))
  const day = (number: number): string => utcDate(midnight + number * dayMs)

  test('of a lake whose retention was cut off between the tombstone and the removal', async () => {
    const lake = copy()
    lake.remove = async () => {
      throw new Error('The power is cut.')
    }
    await expect(retire(lake, rawOf(lake, day(5)))).rejects.toThrow('The power is cut.')
    expect(await verify(lake)).toMatchObject({ findings: [], retired: 2 })
  })

  test('of objects that a lock keeps, though a tombstone names them', async () => {
    const lake = copy()
    lake.remove = async () => ({ outcome: 'locked' })
    await retire(lake, rawOf(lake, day(5)))
    expect(await verify(lake)).toMatchObject({ findings: [], retired: 2 })
  })

  test('of an object that was removed and fetched again, unless it is altered then', async () => {
    const lake = copy()
    const stored = await storeText(lake, 'listed-0', { date: day(0), text: 'as sent', compression: 'gzip' })
    expect(await verify(lake)).toMatchObject({ findings: [], retired: 1 })
    const key = stored[0]?.key ?? ''
    lake.objects.set(key, flipped(lake.objects.get(key) ?? Buffer.of(), 60, 3))
    expect(await names(lake)).toEqual([`altered ${key}`])
  })

  test('of objects that retention removes, and folds that take the place of entries, meanwhile', async () => {
    const lake = copy()
    const list = lake.list.bind(lake)
    let isDone = false
    lake.list = async function* (prefix) {
      yield* list(prefix)
      if (isDone || !prefix.startsWith('tombstones/')) return
      isDone = true
      await retire(lake, rawOf(lake, day(5)))
      await removeFolded(lake, tenantId, { date: day(3), contentType })
    }
    expect(await names(lake)).toEqual([])
    expect(isDone).toBe(true)
    expect(await verify(lake)).toMatchObject({ findings: [], retired: 3 })
  })

  test('of a tenant of whom everything was deleted', async () => {
    const lake = copy()
    for (const prefix of ['raw/', 'quarantine/', 'items/', 'email-events/']) await retire(lake, lake.list(prefix))
    // Of what was quarantined the ledger names the note, which is gone with all that it named.
    const named = [...whole.objects.keys()].filter((key) => /^(raw|email-events)\/|^quarantine\/.*\.json$/.test(key)).length
    expect(await verify(lake)).toMatchObject({ findings: [], objects: 0, retired: 2 + named })
  })

  test('of a day whose entries were removed in part after its last fold, and whose earlier folds are left', async () => {
    const lake = copy()
    let left = 5
    lake.onChange = () => {
      left -= 1
      if (left === 0) throw new Error('The power is cut.')
    }
    await expect(removeFolded(lake, tenantId, { date: day(3), contentType })).rejects.toThrow('The power is cut.')
    lake.onChange = () => {}
    expect(await names(lake)).toEqual([])
    await removeFolded(lake, tenantId, { date: day(3), contentType })
    expect(await names(lake)).toEqual([])
  })

  test('of records that are stored before their window is listed; of old ones it is asked why', async () => {
    const lake = copy()
    await storeText(lake, 'peeked', { date: day(9), text: 'x', compression: 'gzip' })
    expect(await verify(lake)).toMatchObject({ findings: [], awaiting: 1 })
    const old = await storeText(lake, 'foreign', { date: day(0), text: 'x', compression: 'gzip' })
    expect(await names(lake)).toEqual([`unrecorded ${old[0]?.key}`])
  })

  test('by a verification of a few days, which looks at what these name', async () => {
    const range = { from: midnight + 3 * dayMs, to: midnight + 5 * dayMs }
    const { findings, objects } = await verify(whole, { range })
    expect({ findings, objects }).toEqual({ findings: [], objects: 4 })
    const lake = copy()
    for await (const key of rawOf(whole, day(4))) lake.objects.delete(key)
    for await (const key of rawOf(whole, day(7))) lake.objects.delete(key)
    expect((await verify(lake, { range })).findings.map(({ key }) => key)).toEqual(await Array.fromAsync(rawOf(whole, day(4))))
  })
})

test('without its ledger nothing of a lake is recorded', async () => {
  const lake = memoryLake([...whole.objects].filter(([key]) => !key.startsWith('ledger/')))
  const raw = await Array.fromAsync(lake.list('raw/'))
  expect(await names(lake)).toEqual(raw.map((key) => `unrecorded ${key}`))
})

describe('a published head', () => {
  test.each([1, 2, 3])('vouches for what was folded before it, though its fold %i was replaced since', async (fold) => {
    const head = await digestOf(whole, utcDate(midnight + (fold === 3 ? 0 : 3) * dayMs), fold)
    const { anchor, findings } = await verify(whole, { heads: [{ sha256: head }] })
    expect(findings).toEqual([])
    expect(anchor).toMatchObject({ state: 'anchored', heads: 1 })
    expect(anchor.vouched).toBeGreaterThan(0)
    expect(anchor.unvouched).toBeGreaterThan(0)
  })

  test('of the newest fold vouches for all', async () => {
    const [tip] = await chainTips(whole, tenantId, contentType)
    const { anchor } = await verify(whole, { heads: [{ sha256: tip?.sha256 ?? '' }] })
    expect(anchor).toMatchObject({ state: 'anchored', unvouched: 0 })
  })

  test('shows that the newest fold was removed, which nothing else does', async () => {
    const [tip] = await chainTips(whole, tenantId, contentType)
    const key = foldKey(tenantId, tip?.date ?? '', contentType, tip?.fold ?? 0)
    const lake = memoryLake([...whole.objects].filter(([other]) => other !== key))
    expect(await names(lake)).toEqual([])
    const { anchor, findings } = await verify(lake, { heads: [{ contentType, sha256: '', ...tip }] })
    expect(findings.map((finding) => `${finding.what} ${finding.key}`)).toEqual([`head not in the chain ${key}`])
    expect(anchor.state).toBe('head not in the chain')
  })

  test('shows that a ledger was written anew, whole as it is', async () => {
    const key = [...whole.objects.keys()].find((name) => name.includes('/fold-1')) ?? ''
    const forged = await smallLake({ forged: true })
    expect(await names(forged)).toEqual([])
    const head = await digestOf(whole, parseFoldKey(key)?.date ?? '', 1)
    expect((await verify(forged, { heads: [{ sha256: head }] })).anchor.state).toBe('head not in the chain')
  })
})

async function names(lake: ObjectStore): Promise<string[]> {
  return (await verify(lake)).findings.map(({ what, key }) => `${what} ${key}`)
}

async function digestOf(lake: MemoryLake, date: string, fold: number): Promise<string> {
  const head = await readFoldHead(lake, foldKey(tenantId, date, contentType, fold))
  return head?.sha256 ?? ''
}

/** What is found without this object. Items are made again; nothing names the note of an import; a tombstone is missed where it should explain. */
function expectedWithout(key: string, bytes: Uint8Array): string[] {
  if (/^(items|imports)\//.test(key)) return []
  if (isFoldedForGood(key) || isNewest(bytes)) return []
  if (!key.startsWith('tombstones/')) return [`missing ${key}`]
  return namedBy(bytes).map((name) => `missing ${name}`)
}

/** Whether it was written in the last two hours of the ledger: what should follow it may be under way. */
function isNewest(bytes: Uint8Array): boolean {
  const writtenAt = /"writtenAt":"([^"]+)"/.exec(Buffer.from(bytes).toString())?.[1]
  return writtenAt !== undefined && Date.parse(writtenAt) >= midnight + 9 * dayMs + 7 * hourMs
}

/** Whether the last fold of its day holds it, or it is the newest fold itself, of which nothing in the lake tells. */
function isFoldedForGood(key: string): boolean {
  const folder = key.slice(0, key.lastIndexOf('/') + 1)
  return key.startsWith('ledger/') && folder.includes('date=2024-03-17') && whole.objects.has(`${folder}fold-3.ndjson.gz`)
}

function namedBy(tombstone: Uint8Array): string[] {
  return [
    ...Buffer.from(tombstone)
      .toString()
      .matchAll(/"key":"([^"]+)"/g),
  ]
    .map(([, key = '']) => key)
    .sort()
}

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  return bytes.with(at, (bytes[at] ?? 0) ^ (1 << bit))
}

/** Numbers below `below`, the same for the same seed. */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
