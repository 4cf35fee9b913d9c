import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { ContainerClient, ContainerSASPermissions, newPipeline, StorageSharedKeyCredential } from '@azure/storage-blob'
import { startAzurite, temporaryFolder, watchBuffers } from '@mailtrail/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { type Fault, type FaultyProxy, startFaultyProxy } from '../test/faulty-proxy.ts'
import { createBlobStore } from './blob-store.ts'
import type { LakeSettings } from './lake-settings.ts'
import { describeObjectStore, keys } from './object-store.contract.ts'
import type { ObjectStore } from './object-store.ts'
import { openLake } from './open-lake.ts'

const azurite = await startAzurite()
const credential = new StorageSharedKeyCredential(azurite.account, azurite.accountKey)
afterAll(() => azurite[Symbol.asyncDispose]())

describeObjectStore('a container of Azure', async (resources) => resources.use((await openPlace()).lake))

describe('a container of Azure is not opened', () => {
  test('when it is not there', async () => {
    await expect(openPlace({ container: 'lake-of-nobody' })).rejects.toMatchObject({
      code: 'LAKE_BUCKET_MISSING',
      message: expect.stringContaining('abfss://lake-of-nobody@mailtrailtest/fleet'),
      retry: { again: true },
    })
  })

  test.each([
    { title: 'the key of another account', settings: { accountKey: randomBytes(64).toString('base64') } },
    { title: 'a key that is none', settings: { accountKey: 'canary' } },
    { title: 'a signature that is none', settings: { accountKey: undefined, sas: '?sv=2021-12-02&sig=canary' } },
  ])('with $title, of which nothing is told', async ({ settings }) => {
    const error = await openPlace({ settings }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'LAKE_ACCESS_DENIED',
      message: expect.stringContaining('@mailtrailtest/fleet'),
      retry: { again: true },
    })
    expect(error).not.toHaveProperty('cause')
    expect(String(error)).not.toMatch(/canary|sig=/)
  })
})

test('a container that goes away is told from an object that is not there', async () => {
  await using place = await openPlace()
  await place.client.delete()
  const missing = { code: 'LAKE_BUCKET_MISSING' }
  await expect(place.lake.stat('a')).rejects.toMatchObject(missing)
  await expect(place.lake.read('a')).rejects.toMatchObject(missing)
  await expect(place.lake.create('a', Buffer.from('a'))).rejects.toMatchObject(missing)
  await expect(place.lake.remove('a')).rejects.toMatchObject(missing)
  await expect(keys(place.lake, '')).rejects.toMatchObject(missing)
})

test('a signature takes the place of the key, and may forbid to overwrite', async () => {
  await using place = await openPlace()
  const sas = await sign(place, { read: true, create: true, list: true })
  await using signed = await openPlace({ container: place.container, settings: { accountKey: undefined, sas } })
  expect(await signed.lake.create('a', Buffer.from('one'))).toBe('created')
  expect(await signed.lake.create('a', Buffer.from('two'))).toBe('exists')
  expect(await keys(signed.lake, '')).toEqual(['a'])
})

test('objects are written with the tier, the tags and the encryption scope of the settings', async () => {
  await using place = await openPlace({ settings: { accessTier: 'Cool', tags: { team: 'soc' }, encryptionScope: 'scope-1' } })
  await place.lake.create('a', Buffer.from('a'))
  const { headers } = place.proxy.seen.find(({ method }) => method === 'PUT') ?? {}
  expect(headers).toMatchObject({ 'x-ms-access-tier': 'Cool', 'x-ms-tags': 'team=soc', 'x-ms-encryption-scope': 'scope-1' })
})

describe('a service in trouble', () => {
  test('is asked again', async () => {
    await using place = await openPlace()
    place.fails([busy, refusal(500, 'InternalError'), { loseAnswer: true }, busy])
    expect(await place.lake.stat('a')).toBeUndefined()
    expect(place.proxy.seen.filter(({ method }) => method === 'HEAD')).toHaveLength(5)
  })

  test.each([
    { title: 'busy', endpoint: (proxy: FaultyProxy) => proxy.origin, reason: 'ServerBusy, HTTP 503, request r-1' },
    { title: 'not there', endpoint: () => 'http://127.0.0.1:9', reason: 'ECONNREFUSED' },
  ])('that stays $title delays the work', async ({ endpoint, reason }) => {
    await using place = await openPlace()
    place.fails(Array(99).fill(busy))
    const pipeline = newPipeline(credential, { retryOptions: { maxTries: 1 } })
    const client = new ContainerClient(`${endpoint(place.proxy)}/${azurite.account}/${place.container}`, pipeline)
    const lake = createBlobStore({ client, prefix: '', place: 'abfss://here', write: {}, patienceMs: 200 })
    const unavailable = { code: 'LAKE_UNAVAILABLE', message: expect.stringContaining(reason), retry: { again: true, afterMs: 30_000 } }
    const error = await lake.create('a', Buffer.from('a')).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject(unavailable)
    expect(String(error)).not.toContain('canary')
    await expect(buffer(lake.stream('a'))).rejects.toMatchObject(unavailable)
    await expect(keys(lake, '')).rejects.toMatchObject(unavailable)
  })

  test('that did what it was asked, and whose answer was lost, has the object', async () => {
    await using place = await openPlace()
    place.fails([{ loseAnswer: true }])
    expect(await place.lake.create(registration, Buffer.from('one'))).toBe('exists')
    const { etag = '' } = (await place.lake.stat(registration)) ?? {}
    place.fails([{ loseAnswer: true }])
    expect(await place.lake.replace(registration, Buffer.from('two'), etag)).toBe('replaced')
    expect(await place.lake.replace(registration, Buffer.from('three'), etag)).toBe('changed')
    expect(String(await place.lake.read(registration))).toBe('two')
  })

  test.each([
    { title: 'bytes in memory', body: async () => Buffer.from('a body') },
    {
      title: 'a file',
      body: async (folder: string) => {
        await writeFile(join(folder, 'body'), 'a body')
        return { path: join(folder, 'body') }
      },
    },
  ])('stores nothing of $title that came otherwise than it was sent', async ({ body }) => {
    await using folder = await temporaryFolder()
    await using place = await openPlace()
    place.fails([{ damage: true }])
    expect(await place.lake.create('a', await body(folder.path))).toBe('created')
    expect(place.proxy.seen.filter(({ method }) => method === 'PUT')).toHaveLength(2)
    expect(String(await place.lake.read('a'))).toBe('a body')
  })

  test('that breaks off an answer gives the rest of it', async () => {
    await using place = await openPlace()
    const body = randomBytes(1_000_000)
    await place.lake.create('a', body)
    place.fails([{ cutAfter: 400_000 }, { cutAfter: 200_000 }, busy])
    expect(Buffer.compare(await buffer(place.lake.stream('a')), body)).toBe(0)
    place.fails([{ cutAfter: 400_000 }])
    expect(Buffer.compare((await place.lake.read('a')) ?? Buffer.of(), body)).toBe(0)
  })

  test('that breaks off each answer before it begins has not given a shorter object', async () => {
    await using place = await openPlace()
    await place.lake.create('a', randomBytes(1_000_000))
    place.fails([{ cutAfter: 400_000 }, ...Array(9).fill({ cutAfter: 0 })])
    await expect(buffer(place.lake.stream('a'))).rejects.toMatchObject({ code: 'LAKE_UNAVAILABLE', retry: { again: true } })
  })

  test('that breaks off an answer gives no rest of another version', async () => {
    await using place = await openPlace()
    await place.lake.create(registration, randomBytes(1_000_000))
    const { etag = '' } = (await place.lake.stat(registration)) ?? {}
    place.fails([{ cutAfter: 400_000 }])
    const chunks = place.lake.stream(registration)
    await chunks[Symbol.asyncIterator]().next()
    expect(await place.lake.replace(registration, randomBytes(1_000_000), etag)).toBe('replaced')
    await expect(buffer(chunks)).rejects.toMatchObject({ code: 'LAKE_OBJECT_CHANGED', retry: { again: true } })
  })
})

describe('an object that the service keeps', () => {
  const policy = { 'x-ms-immutability-policy-until-date': 'Fri, 14 Mar 2053 00:00:00 GMT', 'x-ms-immutability-policy-mode': 'Locked' }
  const until = Date.parse(policy['x-ms-immutability-policy-until-date'])

  test.each<{ title: string; faults: readonly Fault[]; removal: object }>([
    { title: 'by a policy', faults: [{ headers: policy }], removal: { outcome: 'locked', until } },
    { title: 'by a legal hold', faults: [{ headers: { 'x-ms-legal-hold': 'true' } }], removal: { outcome: 'locked' } },
    { title: 'by both', faults: [{ headers: { ...policy, 'x-ms-legal-hold': 'true' } }], removal: { outcome: 'locked' } },
    { title: 'by a policy of its container', faults: [{}, refusal(409, 'BlobImmutableDueToPolicy')], removal: { outcome: 'locked' } },
    { title: 'by a lease', faults: [{}, refusal(412, 'LeaseIdMissing')], removal: { outcome: 'locked' } },
  ])('$title is not removed', async ({ faults, removal }) => {
    await using place = await openPlace()
    await place.lake.create('a', Buffer.from('a'))
    place.fails(faults)
    expect(await place.lake.remove('a')).toEqual(removal)
    expect(await place.lake.stat('a')).toBeDefined()
  })

  test('by a policy that has run out is removed, with its snapshots', async () => {
    await using place = await openPlace()
    await place.lake.create('a', Buffer.from('a'))
    await place.client.getBlobClient('fleet/a').createSnapshot()
    place.fails([{ headers: { ...policy, 'x-ms-immutability-policy-until-date': 'Thu, 14 Mar 2024 00:00:00 GMT' } }])
    expect(await place.lake.remove('a')).toEqual({ outcome: 'removed' })
    expect(await place.lake.stat('a')).toBeUndefined()
  })

  test.each([refusal(409, 'BlobImmutableDueToPolicy'), refusal(403, 'UnauthorizedBlobOverwrite'), refusal(412, 'LeaseIdMissing')])(
    'and whose creation is refused with $refuse.code exists, and only then',
    async (fault) => {
      await using place = await openPlace()
      await place.lake.create('a', Buffer.from('a'))
      place.fails([fault])
      expect(await place.lake.create('a', Buffer.from('a'))).toBe('exists')
      place.fails([fault])
      await expect(place.lake.create('b', Buffer.from('b'))).rejects.toMatchObject({
        message: expect.stringContaining(fault.refuse?.code ?? ''),
      })
    },
  )
})

describe('folders, as accounts with a hierarchical namespace show them', () => {
  test('are no objects', async () => {
    await using place = await openPlace()
    await place.addFolder('raw')
    expect(await place.lake.stat('raw')).toBeUndefined()
    expect(await place.lake.read('raw')).toBeUndefined()
    await expect(buffer(place.lake.stream('raw'))).rejects.toMatchObject({ code: 'LAKE_OBJECT_MISSING' })
    expect(await place.lake.remove('raw')).toEqual({ outcome: 'missing' })
    expect(await keys(place.lake, '')).toEqual([])
  })

  test('do not show among the keys, nor change their order', async () => {
    await using place = await openPlace()
    const all = ['Z', 'a', 'b-c/d', 'b-c/e/f', 'b.json', 'b/c', 'b/d/e', 'b0', 'c/d']
    for (const key of all) await place.lake.create(key, Buffer.from(key))
    for (const folder of ['b-c', 'b-c/e', 'b', 'b/d', 'c']) await place.addFolder(folder)
    expect(await keys(place.lake, '')).toEqual(all)
    for (const prefix of ['b', 'b/', 'b-c/', 'c'])
      expect(await keys(place.lake, prefix)).toEqual(all.filter((key) => key.startsWith(prefix)))
  })
})

test('a listing of many pages has each key once, in order', async () => {
  await using place = await openPlace()
  const all = Array.from({ length: 250 }, (_, index) => `a/${String(index).padStart(4, '0')}`)
  await Promise.all(all.map((key) => place.lake.create(key, Buffer.from(key))))
  await using signed = await openPlace({
    container: place.container,
    settings: { accountKey: undefined, sas: await sign(place, { list: true }) },
  })
  signed.proxy.seen.length = 0
  // The key would sign the query.
  signed.fails([inPagesOf(100), inPagesOf(100), busy, inPagesOf(100)])
  expect(await keys(signed.lake, 'a/')).toEqual(all)
  expect(signed.proxy.seen).toHaveLength(4)
})

test('an object of 80 MB goes from a file and back in bounded memory', { timeout: 120_000 }, async () => {
  await using folder = await temporaryFolder()
  await using place = await openPlace({ settings: { endpoint: azurite.endpoint } })
  const path = join(folder.path, 'body')
  await writeFile(path, Buffer.alloc(80_000_000, 'x'))
  const held = watchBuffers()
  expect(await place.lake.create('a', { path })).toBe('created')
  let length = 0
  for await (const chunk of place.lake.stream('a')) length += chunk.length
  expect(length).toBe(80_000_000)
  expect(held()).toBeLessThan(40_000_000)
})

const registration = 'control/tenants/a.json'
const busy = refusal(503, 'ServerBusy')

function refusal(status: number, code: string): Fault {
  return { refuse: { status, code } }
}

function inPagesOf(count: number): Fault {
  return { query: (query) => query.set('maxresults', String(count)) }
}

/** A signature for the next minute. */
async function sign({ client }: Place, allowed: Parameters<typeof ContainerSASPermissions.from>[0]): Promise<string> {
  const permissions = ContainerSASPermissions.from(allowed)
  return new URL(await client.generateSasUrl({ permissions, expiresOn: new Date(Date.now() + 60_000) })).search
}

interface Place extends AsyncDisposable {
  readonly container: string
  readonly lake: ObjectStore
  readonly proxy: FaultyProxy
  /** The container itself, past the proxy. */
  readonly client: ContainerClient
  /** What happens to the next requests, in turn. */
  fails(faults: readonly Fault[]): void
  addFolder(key: string): Promise<void>
}

async function openPlace({ container, settings }: { container?: string; settings?: LakeSettings } = {}): Promise<Place> {
  await using opening = new AsyncDisposableStack()
  const name = container ?? (await azurite.createContainer())
  const proxy = opening.use(await startFaultyProxy(azurite.endpoint))
  const given = { endpoint: `${proxy.origin}/${azurite.account}`, accountKey: azurite.accountKey, ...settings }
  const options = { lakes: { 'abfss:/': given }, readSecret: async (reference: string) => reference }
  const lake = opening.use(await openLake(`abfss://${name}@${azurite.account}/fleet`, options))
  const client = new ContainerClient(`${azurite.endpoint}/${name}`, credential)
  const opened = opening.move()
  return {
    container: name,
    lake,
    proxy,
    client,
    fails: (faults) => {
      const left = [...faults]
      proxy.fault = () => left.shift()
    },
    addFolder: async (key) => {
      await client.getBlockBlobClient(`fleet/${key}`).upload('', 0, { metadata: { hdi_isfolder: 'true' } })
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}
