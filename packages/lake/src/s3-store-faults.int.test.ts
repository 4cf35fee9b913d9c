import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type S3Fault, type StrictS3, startStrictS3, temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { keys } from './object-store.contract.ts'
import type { ObjectStore } from './object-store.ts'
import type { S3WriteSettings } from './s3-bucket.ts'
import { createS3Client } from './s3-client.ts'
import { createS3Store } from './s3-store.ts'

const slowDown = { status: 503, code: 'SlowDown' }
const replaceable = 'items/a'

describe('what passes by itself', () => {
  const anywhere: readonly S3Fault[] = [slowDown, { status: 500, code: 'InternalError' }, { status: 400, code: 'RequestTimeout' }, 'reset']
  const onWriting: readonly S3Fault[] = [
    { status: 409, code: 'ConditionalRequestConflict' },
    { status: 409, code: 'OperationAborted' },
    { status: 403, code: 'RequestTimeTooSkewed' },
    'garble',
  ]

  test.each([...anywhere, ...onWriting])('keeps nothing from being created once: %j', async (fault) => {
    await using strict = await startStrictS3()
    const lake = await open(strict)
    strict.fail('PUT', fault, fault)
    expect(await lake.create('a', Buffer.from('whole'))).toBe('created')
    expect(String(await lake.read('a'))).toBe('whole')
    expect(await lake.create('a', Buffer.from('other'))).toBe('exists')
  })

  test.each(anywhere)('keeps nothing from being read, listed, told or removed: %j', async (fault) => {
    await using strict = await startStrictS3()
    const lake = await open(strict)
    await lake.create('a', Buffer.from('whole'))
    strict.fail('GET', fault)
    expect(String(await lake.read('a'))).toBe('whole')
    strict.fail('GET', fault)
    expect(await keys(lake, '')).toEqual(['a'])
    strict.fail('HEAD', { status: 503, code: '' })
    expect(await lake.stat('a')).toMatchObject({ size: 5 })
    strict.fail('DELETE', fault)
    expect(await lake.remove('a')).toEqual({ outcome: 'removed' })
  })

  test.each<S3Fault>([slowDown, 'reset', 'garble'])('lets a file be sent anew from its beginning: %j', async (fault) => {
    await using strict = await startStrictS3()
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'body')
    await writeFile(path, 'x'.repeat(1_000_000))
    strict.fail('PUT', fault)
    const lake = await open(strict)
    expect(await lake.create('a', { path })).toBe('created')
    expect(await lake.read('a')).toHaveLength(1_000_000)
  })
})

describe('an answer that is lost', () => {
  test('to a creation leaves the object, which exists when it is tried again', async () => {
    await using strict = await startStrictS3()
    const lake = await open(strict)
    strict.fail('PUT', 'lost')
    expect(await lake.create('a', Buffer.from('ours'))).toBe('exists')
    expect(String(await lake.read('a'))).toBe('ours')
  })

  test('to a replacement does not hide that it was done', async () => {
    await using strict = await startStrictS3()
    const lake = await open(strict)
    await lake.create(replaceable, Buffer.from('one'))
    const { etag = '' } = (await lake.stat(replaceable)) ?? {}
    strict.fail('PUT', 'lost')
    expect(await lake.replace(replaceable, Buffer.from('two'), etag)).toBe('replaced')
  })

  test('does not make the same bytes of another writer ours', async () => {
    await using strict = await startStrictS3()
    const [lake, other] = [await open(strict), await open(strict)]
    await lake.create(replaceable, Buffer.from('one'))
    const { etag = '' } = (await lake.stat(replaceable)) ?? {}
    expect(await other.replace(replaceable, Buffer.from('two'), etag)).toBe('replaced')
    strict.fail('PUT', 'reset')
    expect(await lake.replace(replaceable, Buffer.from('two'), etag)).toBe('changed')
  })
})

describe('a transfer that breaks off', () => {
  const body = Buffer.alloc(1_000_000, 'abcdefg')

  test('goes on where it ended, as often as it brings something', async () => {
    await using strict = await startStrictS3()
    const lake = await open(strict)
    await lake.create('a', body)
    strict.fail('GET', ...Array<S3Fault>(10).fill('cut'))
    expect(Buffer.compare(await buffer(lake.stream('a')), body)).toBe(0)
    const [, ...later] = strict.requests.filter(({ method }) => method === 'GET')
    expect(later.map(({ headers }) => headers.get('range'))).toContain('bytes=500000-')
  })

  test('is an error when it brings nothing, never a short object', async () => {
    await using strict = await startStrictS3()
    const lake = await open(strict)
    await lake.create('a', Buffer.from('x'))
    strict.fail('GET', ...Array<S3Fault>(20).fill('cut'))
    await expect(lake.read('a')).rejects.toMatchObject({ code: 'LAKE_UNAVAILABLE' })
  })

  test('does not go on with another version', async () => {
    await using strict = await startStrictS3()
    const lake = await open(strict)
    await lake.create(replaceable, body)
    const { etag = '' } = (await lake.stat(replaceable)) ?? {}
    strict.fail('GET', 'cut')
    const read = async (): Promise<void> => {
      for await (const _ of lake.stream(replaceable)) await lake.replace(replaceable, Buffer.alloc(2_000_000, 'z'), etag)
    }
    await expect(read()).rejects.toMatchObject({ code: 'LAKE_OBJECT_CHANGED', retry: { again: true } })
  })

  test('of a listing is listed again', async () => {
    await using strict = await startStrictS3()
    const lake = await open(strict)
    const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    for (const key of all) await lake.create(key, new Uint8Array())
    strict.fail('GET', 'cut', 'cut')
    expect(await keys(lake, '')).toEqual(all)
  })
})

describe('a store that stays busy', () => {
  test('is unavailable after a while, asked once a request from then on, and tried again once it answers', async () => {
    await using strict = await startStrictS3()
    const lake = await open(strict, { patienceMs: 400 })
    await lake.create('a', Buffer.from('x'))
    strict.fail('GET', ...Array<S3Fault>(50).fill(slowDown))
    const startedAt = performance.now()
    await expect(lake.read('a')).rejects.toMatchObject({
      code: 'LAKE_UNAVAILABLE',
      message: expect.stringMatching(/s3:\/\/strict .*SlowDown, HTTP 503/),
      retry: { again: true, afterMs: 30_000 },
    })
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    const asked = strict.requests.length
    await expect(lake.read('a')).rejects.toMatchObject({ code: 'LAKE_UNAVAILABLE' })
    expect(strict.requests).toHaveLength(asked + 1)
    strict.forgive()
    expect(String(await lake.read('a'))).toBe('x')
    strict.fail('GET', slowDown)
    expect(String(await lake.read('a'))).toBe('x')
  })
})

describe('a refusal', () => {
  test.each([
    { status: 403, code: 'AccessDenied', error: 'LAKE_ACCESS_DENIED' },
    { status: 403, code: 'SignatureDoesNotMatch', error: 'LAKE_ACCESS_DENIED' },
    { status: 400, code: 'ExpiredToken', error: 'LAKE_ACCESS_DENIED' },
    { status: 400, code: 'KMS.DisabledException', error: 'LAKE_ACCESS_DENIED' },
    { status: 404, code: 'NoSuchBucket', error: 'LAKE_BUCKET_MISSING' },
    { status: 400, code: 'InvalidStorageClass', error: 'LAKE_REQUEST_REFUSED' },
    { status: 403, code: 'InvalidObjectState', error: 'LAKE_REQUEST_REFUSED' },
    { status: 404, code: 'PageNotFound', error: 'LAKE_UNAVAILABLE' },
    { status: 200, code: 'WelcomeToTheHotel', error: 'LAKE_UNAVAILABLE' },
    { status: 301, code: 'PermanentRedirect', error: 'LAKE_LOCATION_INVALID' },
  ])('$status $code is $error, whatever was asked', async ({ status, code, error }) => {
    await using strict = await startStrictS3()
    const lake = await open(strict, { patienceMs: 0 })
    await lake.create('a', Buffer.from('x'))
    const asked = [() => lake.create('b', Buffer.from('x')), () => lake.read('a'), () => keys(lake, '')]
    for (const [index, ask] of asked.entries()) {
      strict.fail(index === 0 ? 'PUT' : 'GET', { status, code })
      await expect(ask()).rejects.toMatchObject({ code: error, message: expect.stringContaining('s3://strict') })
    }
  })

  test('of a bucket that is gone is told from an object that is missing, also where an answer has no body', async () => {
    await using strict = await startStrictS3()
    const lake = await open(strict)
    strict.fail('HEAD', { status: 404, code: '' })
    strict.fail('GET', { status: 404, code: 'NoSuchBucket' })
    await expect(lake.stat('a')).rejects.toMatchObject({ code: 'LAKE_BUCKET_MISSING' })
    expect(await lake.stat('a')).toBeUndefined()
  })
})

describe('a service that ignores conditions', () => {
  test.each(['create', 'replace'] as const)('is unfit at the first %s', async (call) => {
    await using strict = await startStrictS3()
    const lake = await open(strict)
    await lake.create(replaceable, Buffer.from('one'))
    const { etag = '' } = (await lake.stat(replaceable)) ?? {}
    const other = await open(strict)
    strict.fail('PUT', 'blind', 'blind')
    const attempt = call === 'create' ? other.create('items/b', Buffer.from('x')) : other.replace(replaceable, Buffer.from('two'), etag)
    await expect(attempt).rejects.toMatchObject({ code: 'LAKE_UNFIT' })
  })
})

describe('what is written', () => {
  test('has the key of the KMS, the class and the tags that are set, each time', async () => {
    await using strict = await startStrictS3()
    const write: S3WriteSettings = {
      kmsKeyId: 'arn:aws:kms:eu-central-1:1:key/2',
      storageClass: 'STANDARD_IA',
      tags: { team: 'soc', 'a b': 'c&d' },
    }
    const lake = await open(strict, { write })
    await lake.create(replaceable, Buffer.from('one'))
    await lake.replace(replaceable, Buffer.from('two'), (await lake.stat(replaceable))?.etag ?? '')
    const puts = strict.requests.filter(({ method }) => method === 'PUT')
    expect(puts).toHaveLength(4)
    for (const { headers } of puts) {
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': write.kmsKeyId,
        'x-amz-server-side-encryption-bucket-key-enabled': 'true',
        'x-amz-storage-class': 'STANDARD_IA',
        'x-amz-tagging': 'team=soc&a+b=c%26d',
      })
    }
  })

  test('has none of it when nothing is set', async () => {
    await using strict = await startStrictS3()
    await (await open(strict)).create('a', Buffer.from('x'))
    const [put] = strict.requests.filter(({ method }) => method === 'PUT')
    expect([...(put?.headers.keys() ?? [])].filter((name) => /encryption|storage-class|tagging|checksum|trailer/.test(name))).toEqual([])
  })
})

interface OpenOptions {
  readonly write?: S3WriteSettings
  readonly patienceMs?: number
}

async function open(strict: StrictS3, { write = {}, patienceMs = 10_000 }: OpenOptions = {}): Promise<ObjectStore> {
  const { endpoint, accessKeyId, secretAccessKey, bucket } = strict
  const client = await createS3Client({ endpoint, pathStyle: true, accessKeyId, secretAccessKey }, async (secret) => secret)
  return createS3Store({ client, bucket, prefix: '', write, patienceMs })
}
