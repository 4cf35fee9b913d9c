import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import type { ObjectStore } from './object-store.ts'

/** What every kind of lake promises; an adapter's own test says how to open an empty one. */
export function describeObjectStore(kind: string, openEmpty: (resources: AsyncDisposableStack) => Promise<ObjectStore>): void {
  const withLake =
    (body: (lake: ObjectStore) => Promise<void>): (() => Promise<void>) =>
    async () => {
      await using resources = new AsyncDisposableStack()
      await body(await openEmpty(resources))
    }

  describe(`${kind} creates`, () => {
    test(
      'an object that reads back as it was given',
      withLake(async (lake) => {
        expect(await lake.create('raw/date=2024-03-14/a.json', bytes('{"a":1}\n'))).toBe('created')
        expect(text(await lake.read('raw/date=2024-03-14/a.json'))).toBe('{"a":1}\n')
      }),
    )

    test(
      'an object once: the second creator learns that it exists and changes nothing',
      withLake(async (lake) => {
        await lake.create('a', bytes('first'))
        expect(await lake.create('a', bytes('second'))).toBe('exists')
        expect(text(await lake.read('a'))).toBe('first')
      }),
    )

    test(
      'one of twenty objects that race for a key, whole',
      withLake(async (lake) => {
        const bodies = Array.from({ length: 20 }, (_, index) => bytes(String.fromCharCode(97 + index).repeat(100_000)))
        const results = await Promise.all(bodies.map((body) => lake.create('folder/a', body)))
        expect(results.filter((result) => result === 'created')).toHaveLength(1)
        const winner = bodies[results.indexOf('created')]
        expect(Buffer.compare((await lake.read('folder/a')) ?? bytes(''), winner ?? bytes('none'))).toBe(0)
      }),
    )

    test(
      'nothing that can be seen before it is whole',
      withLake(async (lake) => {
        const size = 5_000_000
        let isDone = false
        const creation = lake.create('big', Buffer.alloc(size, 'x')).finally(() => {
          isDone = true
        })
        const seen = new Set<number | undefined>()
        while (!isDone) seen.add((await lake.read('big'))?.length)
        await creation
        expect([...seen, size].filter((length) => length !== undefined && length !== size)).toEqual([])
      }),
    )

    test(
      'an object from a file, which stays where it is',
      withLake(async (lake) => {
        await using folder = await temporaryFolder()
        const path = join(folder.path, 'body')
        await writeFile(path, 'from a file')
        expect(await lake.create('a', { path })).toBe('created')
        expect(await lake.create('a', { path })).toBe('exists')
        expect(await lake.create('b', { path })).toBe('created')
        expect(text(await lake.read('b'))).toBe('from a file')
      }),
    )

    test(
      'nothing from a file that is missing',
      withLake(async (lake) => {
        await expect(lake.create('a', { path: '/nowhere/at/all' })).rejects.toThrow('ENOENT')
        expect(await lake.stat('a')).toBeUndefined()
        expect(await keys(lake, '')).toEqual([])
      }),
    )

    test(
      'an empty object',
      withLake(async (lake) => {
        expect(await lake.create('empty', new Uint8Array())).toBe('created')
        expect(await lake.stat('empty')).toBeDefined()
        expect(await lake.read('empty')).toHaveLength(0)
        expect(await buffer(lake.stream('empty'))).toHaveLength(0)
      }),
    )
  })

  describe(`${kind} reads`, () => {
    test(
      'an object of 5 MB whole and in chunks',
      withLake(async (lake) => {
        const body = Buffer.alloc(5_000_000, Buffer.from(Array.from({ length: 251 }, (_, index) => index)))
        await lake.create('big', body)
        expect(Buffer.compare(body, (await lake.read('big')) ?? bytes(''))).toBe(0)
        const chunks: Uint8Array[] = []
        for await (const chunk of lake.stream('big')) chunks.push(chunk)
        expect(chunks.length).toBeGreaterThan(1)
        expect(Buffer.compare(body, Buffer.concat(chunks))).toBe(0)
      }),
    )

    test(
      'no object where there is none',
      withLake(async (lake) => {
        await lake.create('folder/a', bytes('a'))
        for (const key of ['b', 'folder/b', 'folder/a/b', 'folder', 'fold']) {
          expect([key, await lake.read(key)]).toEqual([key, undefined])
          expect([key, await lake.stat(key)]).toEqual([key, undefined])
          await expect(buffer(lake.stream(key))).rejects.toMatchObject({ code: 'LAKE_OBJECT_MISSING' })
        }
        expect(await lake.stat('folder/a')).toBeDefined()
      }),
    )

    test(
      'the beginning of an object when the reader stops early',
      withLake(async (lake) => {
        await lake.create('big', Buffer.alloc(3_000_000, 'x'))
        for await (const chunk of lake.stream('big')) {
          expect(chunk.length).toBeLessThan(3_000_000)
          break
        }
      }),
    )

    test(
      'nothing more once its signal is aborted',
      withLake(async (lake) => {
        await lake.create('big', Buffer.alloc(3_000_000, 'x'))
        const aborting = new AbortController()
        const read = async (): Promise<void> => {
          for await (const _ of lake.stream('big', { signal: aborting.signal })) aborting.abort()
        }
        await expect(read()).rejects.toMatchObject({ name: 'AbortError' })
      }),
    )
  })

  describe(`${kind} lists`, () => {
    const all = ['a-b/c', 'a/b', 'a/c/d', 'a/c.1', 'a0', 'b', 'date=2024-03-14/x', 'date=2024-03-15/x', 'Z']

    test(
      'every key below the empty prefix, in code-unit order',
      withLake(async (lake) => {
        for (const key of all.toReversed()) await lake.create(key, bytes(key))
        expect(await keys(lake, '')).toEqual(all.toSorted())
      }),
    )

    test.each(['a', 'a/', 'a/c', 'a/c/', 'date=2024-03-1', 'date=2024-03-14/', 'b', 'nothing', 'nothing/', 'a/b/', 'a/nothing/x'])(
      'exactly the keys that begin with "%s"',
      async (prefix) => {
        await withLake(async (lake) => {
          for (const key of all) await lake.create(key, bytes(key))
          expect(await keys(lake, prefix)).toEqual(all.filter((key) => key.startsWith(prefix)).toSorted())
        })()
      },
    )

    test(
      'nothing when empty',
      withLake(async (lake) => {
        expect(await keys(lake, '')).toEqual([])
        expect(await keys(lake, 'raw/')).toEqual([])
      }),
    )
  })

  describe(`${kind} tells`, () => {
    test(
      'the size of an object, and the version that reading gives',
      withLake(async (lake) => {
        await lake.create('folder/a', bytes('four'))
        const { size, etag } = (await lake.stat('folder/a')) ?? {}
        expect(size).toBe(4)
        expect((await lake.readVersion('folder/a'))?.etag).toBe(etag)
        expect(await lake.stat('folder')).toBeUndefined()
      }),
    )
  })

  describe(`${kind} removes`, () => {
    test(
      'one object and no other',
      withLake(async (lake) => {
        await lake.create('folder/a', bytes('a'))
        await lake.create('folder/a.b', bytes('b'))
        expect(await lake.remove('folder/a')).toEqual({ outcome: 'removed' })
        expect(await keys(lake, '')).toEqual(['folder/a.b'])
        expect(await lake.stat('folder/a')).toBeUndefined()
        expect(await lake.create('folder/a', bytes('again'))).toBe('created')
      }),
    )

    test(
      'nothing where nothing is',
      withLake(async (lake) => {
        await lake.create('folder/a', bytes('a'))
        for (const key of ['b', 'folder', 'folder/a/b']) expect(await lake.remove(key)).toEqual({ outcome: 'missing' })
        expect(await keys(lake, '')).toEqual(['folder/a'])
      }),
    )
  })

  describe(`${kind} replaces`, () => {
    const key = 'control/tenants/a.json'

    test(
      'the version that was read',
      withLake(async (lake) => {
        await lake.create(key, bytes('one'))
        const first = await lake.readVersion(key)
        expect(text(first?.bytes)).toBe('one')
        expect(await lake.replace(key, bytes('two'), first?.etag ?? '')).toBe('replaced')
        const second = await lake.readVersion(key)
        expect(text(second?.bytes)).toBe('two')
        expect(text(await lake.read(key))).toBe('two')
        expect(second?.etag).not.toBe(first?.etag)
        expect(await keys(lake, '')).toEqual([key])
      }),
    )

    test(
      'nothing once another version is there',
      withLake(async (lake) => {
        await lake.create(key, bytes('one'))
        const { etag = '' } = (await lake.readVersion(key)) ?? {}
        await lake.replace(key, bytes('two'), etag)
        expect(await lake.replace(key, bytes('three'), etag)).toBe('changed')
        expect(text(await lake.read(key))).toBe('two')
      }),
    )

    test(
      'nothing where nothing is',
      withLake(async (lake) => {
        expect(await lake.readVersion(key)).toBeUndefined()
        expect(await lake.replace(key, bytes('one'), '')).toBe('changed')
        expect(await lake.stat(key)).toBeUndefined()
      }),
    )

    test(
      'so that of thirty writers at once none loses its update',
      withLake(async (lake) => {
        await lake.create(key, bytes('0'))
        await Promise.all(Array.from({ length: 30 }, () => increment(lake, key)))
        expect(text(await lake.read(key))).toBe('30')
      }),
    )

    test(
      'a version by a file, and no other than the one that was read',
      withLake(async (lake) => {
        await using folder = await temporaryFolder()
        const path = join(folder.path, 'body')
        await writeFile(path, 'from a file')
        await lake.create(key, bytes('one'))
        const { etag = '' } = (await lake.stat(key)) ?? {}
        expect(await lake.replace(key, { path }, etag)).toBe('replaced')
        expect(text(await lake.read(key))).toBe('from a file')
        expect(await lake.replace(key, { path }, etag)).toBe('changed')
      }),
    )

    test(
      'while whoever reads one version learns that it is gone',
      withLake(async (lake) => {
        await lake.create(key, bytes('one'))
        const { etag = '' } = (await lake.stat(key)) ?? {}
        expect(text(await buffer(lake.stream(key, { etag })))).toBe('one')
        await lake.replace(key, bytes('two'), etag)
        await expect(buffer(lake.stream(key, { etag }))).rejects.toMatchObject({ code: 'LAKE_OBJECT_CHANGED', retry: { again: true } })
        expect(text(await buffer(lake.stream(key)))).toBe('two')
      }),
    )

    test(
      'nothing that a reader sees half',
      withLake(async (lake) => {
        const sizes = [1_000_000, 2_000_000]
        await lake.create(key, Buffer.alloc(sizes[0] ?? 0, 'x'))
        let isDone = false
        const writing = replaceInTurn(lake, key, sizes).finally(() => {
          isDone = true
        })
        const seen = new Set<number | undefined>()
        while (!isDone) seen.add((await lake.read(key))?.length)
        await writing
        expect([...seen].filter((length) => !sizes.includes(length ?? 0))).toEqual([])
      }),
    )

    test.each(['raw/a', 'ledger/a', 'alerts/control/tenants/a', 'control/consent/a.json', 'control/tenants/a/history/b.json'])(
      'not %s, which is written once',
      async (fixed) => {
        await withLake(async (lake) => {
          await lake.create(fixed, bytes('one'))
          const { etag = '' } = (await lake.readVersion(fixed)) ?? {}
          await expect(lake.replace(fixed, bytes('two'), etag)).rejects.toMatchObject({ code: 'LAKE_KEY_INVALID' })
          expect(text(await lake.read(fixed))).toBe('one')
        })()
      },
    )
  })

  describe(`${kind} refuses`, () => {
    test.each(['', '/', '/a', 'a/', 'a//b', '.', './a', '..', '../a', 'a/../b', 'a/..', 'a/./b', 'a\0b', 'a\\b', '..\\a', 'ä', 'a\n'])(
      '%j as a key',
      async (key) => {
        await withLake(async (lake) => {
          const refusal = { code: 'LAKE_KEY_INVALID' }
          await expect(lake.create(key, bytes('x'))).rejects.toMatchObject(refusal)
          await expect(lake.read(key)).rejects.toMatchObject(refusal)
          await expect(lake.stat(key)).rejects.toMatchObject(refusal)
          await expect(lake.readVersion(key)).rejects.toMatchObject(refusal)
          await expect(lake.remove(key)).rejects.toMatchObject(refusal)
          await expect(lake.replace(key, bytes('x'), '')).rejects.toMatchObject(refusal)
          await expect(buffer(lake.stream(key))).rejects.toMatchObject(refusal)
          expect(await keys(lake, '')).toEqual([])
        })()
      },
    )
  })
}

/** All keys below a prefix. */
export async function keys(lake: ObjectStore, prefix: string): Promise<string[]> {
  return Array.fromAsync(lake.list(prefix))
}

/** Adds one to a counter, again and again until nobody was faster. */
export async function increment(lake: ObjectStore, key: string): Promise<void> {
  for (;;) {
    const version = await lake.readVersion(key)
    if (!version) throw new Error(`no ${key}`)
    const next = bytes(String(Number(text(version.bytes)) + 1))
    if ((await lake.replace(key, next, version.etag)) === 'replaced') return
  }
}

async function replaceInTurn(lake: ObjectStore, key: string, sizes: readonly number[]): Promise<void> {
  for (let round = 1; round <= 8; round += 1) {
    const { etag = '' } = (await lake.readVersion(key)) ?? {}
    await lake.replace(key, Buffer.alloc(sizes[round % sizes.length] ?? 0, 'x'), etag)
  }
}

function bytes(body: string): Uint8Array {
  return Buffer.from(body)
}

function text(body: Uint8Array | undefined): string | undefined {
  return body && Buffer.from(body).toString()
}
