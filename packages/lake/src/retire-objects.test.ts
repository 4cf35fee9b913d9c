import { createHash } from 'node:crypto'
import { parseTenantId } from '@mailtrail/core'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { createFolderStore } from './folder-store.ts'
import { keys } from './object-store.contract.ts'
import type { ObjectStore } from './object-store.ts'
import { type RetireOptions, retireObjects } from './retire-objects.ts'
import { readTombstones } from './tombstones.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const cause = { tenantId, at: Date.parse('2026-03-14T05:00:00Z'), by: 'retention', policy: 'p', reason: 'r' }
const options: RetireOptions = { cause: () => cause, permit: async () => {} }
const names = ['raw/a', 'raw/b', 'raw/c']

describe(retireObjects, () => {
  test('removes what it names in a tombstone with the digests of its bytes', async () => {
    await using place = await openPlace()
    const result = await retireObjects(place.lake, place.lake.list('raw/'), options)
    expect(result).toEqual({ removed: 3, bytes: 15, locked: 0, lockedUntil: undefined })
    expect(await keys(place.lake, 'raw/')).toEqual([])
    expect(await Array.fromAsync(readTombstones(place.lake, tenantId))).toEqual([
      { ...cause, objects: names.map((key) => ({ key, sha256: sha256(key) })) },
    ])
  })

  test('removes nothing before the tombstone stands, and does the rest the next time', async () => {
    await using place = await openPlace()
    for (const [failing, left] of [
      ['create', 3],
      ['remove', 3],
    ] as const) {
      const broken: ObjectStore = { ...place.lake, [failing]: () => Promise.reject(new Error('down')) }
      await expect(retireObjects(broken, place.lake.list('raw/'), options)).rejects.toThrow('down')
      expect(await keys(place.lake, 'raw/')).toHaveLength(left)
    }
    const flaky = failingAfter(place.lake, 1)
    await expect(retireObjects(flaky, place.lake.list('raw/'), options)).rejects.toThrow('down')
    expect(await keys(place.lake, 'raw/')).toHaveLength(2)
    expect(await retireObjects(place.lake, place.lake.list('raw/'), options)).toMatchObject({ removed: 2 })
    const named = (await Array.fromAsync(readTombstones(place.lake, tenantId))).flatMap(({ objects }) => objects.map(({ key }) => key))
    expect(new Set(named)).toEqual(new Set(names))
  })

  test('leaves what is not chosen, and says nothing of it', async () => {
    await using place = await openPlace()
    const choose = async (few: readonly string[]): Promise<string[]> => few.filter((key) => key !== 'raw/b')
    expect(await retireObjects(place.lake, place.lake.list('raw/'), { ...options, choose })).toMatchObject({ removed: 2 })
    expect(await keys(place.lake, 'raw/')).toEqual(['raw/b'])
    await retireObjects(place.lake, place.lake.list('raw/'), { ...options, choose: async () => [] })
    expect(await Array.fromAsync(readTombstones(place.lake, tenantId))).toHaveLength(1)
  })

  test('writes and removes nothing that is not permitted', async () => {
    await using place = await openPlace()
    const permit = (): Promise<void> => Promise.reject(new Error('held'))
    await expect(retireObjects(place.lake, place.lake.list('raw/'), { ...options, permit })).rejects.toThrow('held')
    expect(await keys(place.lake, '')).toEqual(names)
  })

  test('goes on past what a lock keeps, and says until when', async () => {
    await using place = await openPlace()
    const until = Date.parse('2030-01-01')
    const locks: Readonly<Record<string, object>> = { 'raw/a': { until }, 'raw/c': {} }
    const lake: ObjectStore = {
      ...place.lake,
      remove: async (key) => (locks[key] ? { outcome: 'locked', ...locks[key] } : place.lake.remove(key)),
    }
    expect(await retireObjects(lake, lake.list('raw/'), options)).toEqual({ removed: 1, bytes: 5, locked: 2, lockedUntil: until })
    expect(await keys(lake, 'raw/')).toEqual(['raw/a', 'raw/c'])
  })

  test('passes over what somebody else removed', async () => {
    await using place = await openPlace()
    const listed = async function* (): AsyncGenerator<string> {
      yield* ['raw/a', 'raw/gone']
    }
    expect(await retireObjects(place.lake, listed(), options)).toMatchObject({ removed: 1 })
  })

  test('names some thousands in a tombstone at most', async () => {
    await using place = await openPlace()
    const many = async function* (): AsyncGenerator<string> {
      for (let index = 0; index < 4_500; index++) yield `raw/${index}`
    }
    const written: number[] = []
    const lake: ObjectStore = {
      ...place.lake,
      async *stream() {
        yield Buffer.from('x')
      },
      create: async (_key, body) => {
        written.push(body instanceof Uint8Array ? Buffer.from(body).toString().split('\n').length - 2 : 0)
        return 'created'
      },
      remove: async () => ({ outcome: 'removed' }),
    }
    expect(await retireObjects(lake, many(), options)).toMatchObject({ removed: 4_500, bytes: 4_500 })
    expect(written).toEqual([2_000, 2_000, 500])
  })
})

function failingAfter(lake: ObjectStore, removals: number): ObjectStore {
  let left = removals
  return {
    ...lake,
    remove: async (key) => {
      if (left === 0) throw new Error('down')
      left -= 1
      return lake.remove(key)
    },
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

async function openPlace(): Promise<{ readonly lake: ObjectStore } & AsyncDisposable> {
  const folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  for (const name of names) await lake.create(name, Buffer.from(name))
  return { lake, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}
