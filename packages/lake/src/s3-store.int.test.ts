import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { startRadosgw, startStrictS3, type TestRadosgw, temporaryFolder, watchBuffers } from '@mailtrail/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeObjectStore, keys } from './object-store.contract.ts'
import type { ObjectStore } from './object-store.ts'
import { createS3Client } from './s3-client.ts'
import { createS3Store } from './s3-store.ts'

let radosgw: TestRadosgw
let client: S3Client
let bucket: string
let lakes = 0

beforeAll(async () => {
  radosgw = await startRadosgw()
  client = await connect(radosgw)
  bucket = await radosgw.createBucket()
})
afterAll(async () => {
  client.destroy()
  await radosgw[Symbol.asyncDispose]()
})

describeObjectStore('radosgw', async () => emptyLake())

describeObjectStore('a strict S3', async (resources) => {
  const strict = resources.use(await startStrictS3())
  return createS3Store({ client: await connect(strict), bucket: strict.bucket, prefix: '', write: {}, patienceMs: 10_000 })
})

test('1,100 keys are listed in pages, in order, and no other prefix with them', async () => {
  const lake = emptyLake()
  const all = Array.from({ length: 1_100 }, (_, index) => `raw/${String(index).padStart(4, '0')}`)
  const shuffled = all.toSorted(() => Math.random() - 0.5)
  await Promise.all(
    Array.from({ length: 20 }, async (_, lane) => {
      for (let index = lane; index < shuffled.length; index += 20) await lake.create(shuffled[index] ?? '', new Uint8Array())
    }),
  )
  await emptyLake().create('raw/of-another', new Uint8Array())
  expect(await keys(lake, '')).toEqual(all)
  expect(await keys(lake, 'raw/09')).toHaveLength(100)
})

test('the folders that a console makes are not listed', async () => {
  const lake = emptyLake()
  for (const Key of [`lake-${lakes}/`, `lake-${lakes}/raw/`]) await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '' }))
  await lake.create('raw/a', new Uint8Array())
  expect(await keys(lake, '')).toEqual(['raw/a'])
})

test('80 MB go from a file and come back in a bounded part of the memory', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'body')
  const size = 80 * 1024 * 1024
  await writeFile(path, '')
  await truncate(path, size)
  const lake = emptyLake()
  const held = watchBuffers()
  expect(await lake.create('big', { path })).toBe('created')
  let received = 0
  for await (const chunk of lake.stream('big')) received += chunk.length
  expect(received).toBe(size)
  expect(held() / 1024 / 1024).toBeLessThan(4)
})

describe('a bucket with versions', () => {
  let versioned: string

  beforeAll(async () => {
    versioned = await radosgw.createBucket()
    await client.send(new PutBucketVersioningCommand({ Bucket: versioned, VersioningConfiguration: { Status: 'Enabled' } }))
  })

  test('has none of an object once it is removed, nor what it had replaced', async () => {
    const lake = lakeIn(versioned)
    for (const Body of ['one', 'two', 'three']) await client.send(new PutObjectCommand({ Bucket: versioned, Key: 'items/a', Body }))
    await client.send(new PutObjectCommand({ Bucket: versioned, Key: 'items/a.b', Body: 'other' }))
    expect(await lake.remove('items/a')).toEqual({ outcome: 'removed' })
    expect(await keys(lake, '')).toEqual(['items/a.b'])
    const { Versions, DeleteMarkers } = await client.send(new ListObjectVersionsCommand({ Bucket: versioned }))
    expect([Versions?.map(({ Key }) => Key), DeleteMarkers]).toEqual([['items/a.b'], undefined])
    expect(await lake.remove('items/a')).toEqual({ outcome: 'missing' })
  })

  test('of Ceph is refused, for it ignores the condition of a write, and what is there stays', async () => {
    const lake = lakeIn(versioned)
    await client.send(new PutObjectCommand({ Bucket: versioned, Key: 'raw/there', Body: 'one' }))
    expect(await lake.create('raw/there', Buffer.from('two'))).toBe('exists')
    await expect(lake.create('raw/new', Buffer.from('three'))).rejects.toMatchObject({ code: 'LAKE_UNFIT', retry: { again: true } })
    expect(String(await lake.read('raw/there'))).toBe('one')
  })
})

describe('a lock', () => {
  const until = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_600_000)
  const locking = 'locking'

  beforeAll(async () => {
    await client.send(new CreateBucketCommand({ Bucket: locking, ObjectLockEnabledForBucket: true }))
    const puts = [['raw/a'], ['raw/b'], ['raw/c'], ['items/d', 'old'], ['items/d', 'new']]
    for (const [Key, Body = 'x'] of puts) await client.send(new PutObjectCommand({ Bucket: locking, Key, Body }))
    const retention = { Mode: 'COMPLIANCE', RetainUntilDate: until } as const
    await client.send(new PutObjectRetentionCommand({ Bucket: locking, Key: 'raw/a', Retention: retention }))
    await client.send(new PutObjectLegalHoldCommand({ Bucket: locking, Key: 'raw/b', LegalHold: { Status: 'ON' } }))
  })

  test.each([
    { title: 'keeps an object, in sight, and says until when', key: 'raw/a', removal: { outcome: 'locked', until: until.getTime() } },
    { title: 'without an end keeps it too', key: 'raw/b', removal: { outcome: 'locked' } },
    { title: 'on nothing keeps nothing', key: 'raw/c', removal: { outcome: 'removed' } },
  ])('$title', async ({ key, removal }) => {
    const lake = lakeIn(locking)
    expect(await lake.remove(key)).toEqual(removal)
    expect((await keys(lake, '')).includes(key)).toBe(removal.outcome === 'locked')
  })

  test('on an older version keeps the current one in its place', async () => {
    const Key = 'items/d'
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: locking, Prefix: Key }))
    const older = Versions.find(({ IsLatest }) => !IsLatest)?.VersionId
    const hold = { Bucket: locking, Key, VersionId: older, LegalHold: { Status: 'ON' } } as const
    await client.send(new PutObjectLegalHoldCommand(hold))
    expect(await lakeIn(locking).remove(Key)).toEqual({ outcome: 'locked' })
    expect(String(await lakeIn(locking).read(Key))).toBe('new')
  })
})

function connect({
  endpoint,
  accessKeyId,
  secretAccessKey,
}: Pick<TestRadosgw, 'endpoint' | 'accessKeyId' | 'secretAccessKey'>): Promise<S3Client> {
  return createS3Client({ endpoint, pathStyle: true, accessKeyId, secretAccessKey }, async (secret) => secret)
}

/** Below a prefix of its own. */
function emptyLake(): ObjectStore {
  lakes += 1
  return lakeIn(bucket, `lake-${lakes}/`)
}

function lakeIn(name: string, prefix = ''): ObjectStore {
  return createS3Store({ client, bucket: name, prefix, write: {}, patienceMs: 10_000 })
}
