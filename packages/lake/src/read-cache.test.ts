import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { createFolderStore } from './folder-store.ts'
import type { ObjectStore } from './object-store.ts'
import { withReadCache } from './read-cache.ts'

test.each([
  { title: 'an object below the prefix is read once', reads: ['ledger/a', 'ledger/a'], asked: ['ledger/a'] },
  { title: 'other objects are read every time', reads: ['raw/a', 'raw/a'], asked: ['raw/a', 'raw/a'] },
  { title: 'what was not there is asked for again', reads: ['ledger/none', 'ledger/none'], asked: ['ledger/none', 'ledger/none'] },
  {
    title: 'the oldest goes when there is no more room',
    reads: ['ledger/a', 'ledger/b', 'ledger/c', 'ledger/c', 'ledger/b', 'ledger/a'],
    asked: ['ledger/a', 'ledger/b', 'ledger/c', 'ledger/a'],
  },
  { title: 'an object larger than the room is not kept', reads: ['ledger/big', 'ledger/big'], asked: ['ledger/big', 'ledger/big'] },
])('$title', async ({ reads, asked }) => {
  await using folder = await temporaryFolder()
  const seen: string[] = []
  const lake = createFolderStore(folder.path)
  for (const name of ['ledger/a', 'ledger/b', 'ledger/c', 'raw/a']) await lake.create(name, Buffer.from(name.padEnd(40)))
  await lake.create('ledger/big', Buffer.alloc(101))
  const cached = withReadCache(watched(lake, seen), { prefix: 'ledger/', maxBytes: 100 })
  for (const key of reads) expect(await cached.read(key)).toEqual(await lake.read(key))
  expect(seen).toEqual(asked)
})

test('an object that appears after it was missed is found', async () => {
  await using folder = await temporaryFolder()
  const cached = withReadCache(createFolderStore(folder.path), { prefix: '', maxBytes: 100 })
  expect(await cached.read('a')).toBeUndefined()
  await cached.create('a', Buffer.from('x'))
  expect(await cached.read('a')).toEqual(Buffer.from('x'))
})

test('an object that may be replaced is read every time, its history once', async () => {
  await using folder = await temporaryFolder()
  const seen: string[] = []
  const lake = createFolderStore(folder.path)
  const cached = withReadCache(watched(lake, seen), { prefix: 'control/', maxBytes: 100 })
  await lake.create('control/tenants/a.json', Buffer.from('one'))
  await lake.create('control/tenants/a/history/x.json', Buffer.from('x'))
  const { bytes, etag = '' } = { ...(await cached.readVersion('control/tenants/a.json')) }
  expect(await cached.read('control/tenants/a.json')).toEqual(bytes)
  await cached.replace('control/tenants/a.json', Buffer.from('two'), etag)
  expect(await cached.read('control/tenants/a.json')).toEqual(Buffer.from('two'))
  for (let time = 0; time < 2; time += 1) await cached.read('control/tenants/a/history/x.json')
  expect(seen).toEqual(['control/tenants/a.json', 'control/tenants/a.json', 'control/tenants/a/history/x.json'])
})

test('reads of one object at the same time take its room once', async () => {
  await using folder = await temporaryFolder()
  const seen: string[] = []
  const lake = createFolderStore(folder.path)
  for (const name of ['a', 'b']) await lake.create(name, Buffer.alloc(40))
  const cached = withReadCache(watched(lake, seen), { prefix: '', maxBytes: 100 })
  await Promise.all([cached.read('a'), cached.read('a'), cached.read('a')])
  await cached.read('b')
  seen.length = 0
  await cached.read('a')
  await cached.read('b')
  expect(seen).toEqual([])
})

function watched(lake: ObjectStore, seen: string[]): ObjectStore {
  return {
    ...lake,
    read: (key, options) => {
      seen.push(key)
      return lake.read(key, options)
    },
  }
}
