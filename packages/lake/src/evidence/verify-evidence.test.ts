import { tmpdir } from 'node:os'
import { dayMs, defaultHorizonMs, hourMs } from '@mailtrail/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { midnight, tenantId } from '../../test/entries.ts'
import { type MemoryLake, memoryLake } from '../../test/memory-lake.ts'
import { smallHistory, smallLake } from '../../test/small-lake.ts'
import type { ObjectStore } from '../object-store.ts'
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
      const [from, to] = key.startsWith('email-events/') ? [10, bytes.length - 9] : [0, bytes.length]
      const at = from + random(to - from)
      const bit = random(8)
      const lake = memoryLake(new Map(whole.objects).set(key, flipped(bytes, at, bit)))
      const named = (await verify(lake)).findings.map(({ what, key: found }) => `${what} ${found}`)
      const others = key.startsWith('tombstones/') ? named.filter((name) => !namedBy(bytes).includes(name.replace(/^missing /, ''))) : named
      if (others.join() !== `altered ${key}`) wrong.push(`${key} byte ${at} bit ${bit}: ${named}`)
    }
    expect(wrong).toEqual([])
  })

  test('whatever object is removed, it and nothing else is named', async () => {
    const wrong: string[] = []
    for (const [key, bytes] of whole.objects) {
      const lake = memoryLake([...whole.objects].filter(([other]) => other !== key))
      const named = (await verify(lake)).findings.map(({ what, key: found }) => `${what} ${found}`)
      if (named.join() !== expectedWithout(key, bytes).join()) wrong.push(`${key}: ${named}`)
    }
    expect(wrong).toEqual([])
  })
})

/** What is found without this object. Nothing names rows that were imported; items are made again; a tombstone is missed where it should explain. */
function expectedWithout(key: string, bytes: Uint8Array): string[] {
  if (/^(items|email-events)\//.test(key)) return []
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
