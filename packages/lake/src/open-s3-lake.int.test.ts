import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startRadosgw, startStrictS3, type TestRadosgw, temporaryFolder } from '@mailtrail/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { LakeSettings } from './lake-settings.ts'
import type { ObjectStore } from './object-store.ts'
import { openLake } from './open-lake.ts'

let radosgw: TestRadosgw
let bucket: string

beforeAll(async () => {
  radosgw = await startRadosgw()
  bucket = await radosgw.createBucket()
})
afterAll(() => radosgw[Symbol.asyncDispose]())
afterEach(() => vi.unstubAllEnvs())

test('a lake is what lies below its prefix, with the settings and the secret that are for it', async () => {
  const [lake, all] = [await open(`s3://${bucket}/fleet/`), await open(`s3://${bucket}`)]
  expect([lake.place, all.place]).toEqual([`s3://${bucket}/fleet`, `s3://${bucket}`])
  await lake.create('raw/a', Buffer.from('x'))
  expect(await Array.fromAsync(all.list(''))).toEqual(['fleet/raw/a'])
  expect(await Array.fromAsync(lake.list(''))).toEqual(['raw/a'])
})

describe('opening fails at once', () => {
  interface Failure {
    readonly title: string
    readonly settings?: LakeSettings
    readonly secret?: string
    readonly location?: string
    readonly code: string
    readonly reason: string
  }
  const failures: readonly Failure[] = [
    { title: 'with the wrong secret', secret: 'wrong', code: 'LAKE_ACCESS_DENIED', reason: 'SignatureDoesNotMatch' },
    { title: 'with a key that nobody has', settings: { accessKeyId: 'nobody' }, code: 'LAKE_ACCESS_DENIED', reason: 'InvalidAccessKeyId' },
    { title: 'without the bucket', location: 's3://not-there/fleet', code: 'LAKE_BUCKET_MISSING', reason: 'NoSuchBucket' },
    { title: 'where nobody answers', settings: { endpoint: 'http://127.0.0.1:1' }, code: 'LAKE_UNAVAILABLE', reason: 'ECONNREFUSED' },
  ]

  test.each(failures)('$title', async ({ settings = {}, secret, location, code, reason }) => {
    const place = location ?? `s3://${bucket}/fleet`
    const opening = open(place, settings, secret)
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringContaining(reason) })
    await expect(opening).rejects.toMatchObject({ message: expect.stringContaining(place) })
    await expect(opening).rejects.not.toMatchObject({ message: expect.stringMatching(/testaccess|testsecret|wrong/) })
  })

  test('where the SDK finds no credential', async () => {
    await using folder = await temporaryFolder()
    clearCredentials(folder.path)
    const opening = open(`s3://${bucket}`, { accessKeyId: undefined, secretAccessKey: undefined })
    await expect(opening).rejects.toMatchObject({
      code: 'LAKE_ACCESS_DENIED',
      message: expect.stringContaining('CredentialsProviderError'),
    })
  })

  test('where nothing says in which region', async () => {
    await using folder = await temporaryFolder()
    clearCredentials(folder.path)
    await expect(openLake('s3://acme')).rejects.toMatchObject({ code: 'LAKE_LOCATION_INVALID', message: expect.stringContaining('region') })
  })
})

describe('credentials are found by the SDK', () => {
  test('in the environment', async () => {
    await using folder = await temporaryFolder()
    clearCredentials(folder.path)
    vi.stubEnv('AWS_ACCESS_KEY_ID', radosgw.accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', radosgw.secretAccessKey)
    expect(await open(`s3://${bucket}`, { accessKeyId: undefined, secretAccessKey: undefined })).toBeDefined()
  })

  test('under the profile that is set', async () => {
    await using folder = await temporaryFolder()
    clearCredentials(folder.path)
    const { accessKeyId, secretAccessKey } = radosgw
    const profile = `[acme]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`
    await writeFile(join(folder.path, 'credentials'), profile)
    const settings = { accessKeyId: undefined, secretAccessKey: undefined, profile: 'acme' }
    expect(await open(`s3://${bucket}`, settings)).toBeDefined()
  })
})

test('a service behind TLS is trusted by its own authority alone', async () => {
  await using strict = await startStrictS3({ tls: true })
  const { endpoint, caFile, accessKeyId, secretAccessKey } = strict
  const settings = { endpoint, accessKeyId, secretAccessKey }
  await expect(open('s3://strict', settings)).rejects.toMatchObject({ code: 'LAKE_UNAVAILABLE', message: expect.stringContaining('CERT') })
  const lake = await open('s3://strict', { ...settings, caFile })
  expect(await lake.create('a', Buffer.from('x'))).toBe('created')
  expect(await lake.create('large', Buffer.alloc(3_000_000))).toBe('created')
})

test('a service is reached through the proxy of the environment', async () => {
  await using strict = await startStrictS3()
  const { accessKeyId, secretAccessKey } = strict
  vi.stubEnv('HTTP_PROXY', strict.endpoint)
  const lake = await open('s3://strict', { endpoint: 'http://s3.invalid', accessKeyId, secretAccessKey })
  expect(await lake.create('a', Buffer.from('x'))).toBe('created')
})

/** On radosgw, but for what `settings` say. */
async function open(location: string, settings: LakeSettings = {}, secret?: string): Promise<ObjectStore> {
  const { endpoint, accessKeyId, secretAccessKey } = radosgw
  const all = { endpoint, pathStyle: true, accessKeyId, secretAccessKey: 'env:SECRET', ...settings }
  const readSecret = async (reference: string): Promise<string> => secret ?? (reference === 'env:SECRET' ? secretAccessKey : reference)
  return await openLake(location, { lakes: { 's3://not-there': all, 's3://strict': all, [`s3://${bucket}`]: all }, readSecret })
}

function clearCredentials(folder: string): void {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION'])
    vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'))
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'))
}
