import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTlsFiles, startRedis, startRedisCluster, startRedisSentinels, temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test, vi } from 'vitest'
import { until } from '../test/place.ts'
import { connectRedis } from './connect-redis.ts'

test('a Redis under our configuration is taken', async () => {
  await using server = await startRedis()
  const redis = await connectRedis(server.url)
  expect(await redis.ping()).toBe('PONG')
  redis.disconnect()
})

test('a Redis that cannot be reached is named, without its password', async () => {
  const error = await connectRedis('redis://fleet:canary@127.0.0.1:1').catch((reason) => reason)
  expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', message: expect.stringContaining('redis://127.0.0.1:1 ') })
  expect(error.message).toContain('ECONNREFUSED')
  expect(error.message).not.toContain('canary')
})

test('a Redis that asks for another password is named, without the one given', async () => {
  await using server = await startRedis()
  const error = await connectRedis(`redis://mailtrail:canary@127.0.0.1:${server.port}`).catch((reason) => reason)
  expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', message: expect.stringContaining(`127.0.0.1:${server.port} `) })
  expect(error.message).toContain('WRONGPASS')
  expect(error.message).not.toContain('canary')
})

describe('a password', () => {
  test.each([
    { title: 'from a file', reference: (path: string) => `file:${path}` },
    { title: 'from a variable', reference: () => 'env:TEST_REDIS_PASSWORD' },
  ])('$title is used before one in the address', async ({ reference }) => {
    await using server = await startRedis()
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'password')
    const { password } = new URL(server.fleetUrl)
    await writeFile(path, `${password}\n`)
    vi.stubEnv('TEST_REDIS_PASSWORD', password)
    const redis = await connectRedis(`redis://mailtrail:other@127.0.0.1:${server.port}`, { redisPassword: reference(path) })
    expect(redis.status).toBe('ready')
    redis.disconnect()
    vi.unstubAllEnvs()
  })

  test.each(['file:/nowhere/password', 'env:TEST_NOT_SET', 'canary'])(
    'that is not there (%s) is told of, and no secret',
    async (reference) => {
      const error = await connectRedis('redis://127.0.0.1:1', { redisPassword: reference }).catch((reason) => reason)
      expect(error.code).toBe('REDIS_SECRET_UNAVAILABLE')
      expect(error.message).not.toContain('canary')
    },
  )
})

describe('a Redis on another machine', () => {
  test.each([
    'redis://fleet@redis.example',
    'rediss://redis.example',
    'redis+sentinel://fleet@127.0.0.1,redis.example/master',
    'rediss+cluster://127.0.0.1,redis.example',
    'redis://127.evil.example',
  ])('without TLS and an ACL user (%s) is refused', async (url) => {
    await expect(connectRedis(url)).rejects.toMatchObject({ code: 'REDIS_INSECURE' })
  })
})

test('a Redis with a certificate of an authority of its own is taken when the authority is named, and not otherwise', async () => {
  await using tls = await createTlsFiles()
  await using server = await startRedis({ tls })
  const redis = await connectRedis(server.fleetUrl, { redisCaFile: tls.certFile })
  expect(redis.status).toBe('ready')
  redis.disconnect()
  await expect(connectRedis(server.fleetUrl)).rejects.toMatchObject({
    code: 'REDIS_UNAVAILABLE',
    message: expect.stringContaining('(DEPTH_ZERO_SELF_SIGNED_CERT)'),
  })
})

test.each(['allkeys-lru', 'volatile-ttl'])('a Redis that evicts (%s) is refused, for queued work could vanish', async (policy) => {
  await using server = await startRedis({ directives: { 'maxmemory-policy': policy } })
  await expect(connectRedis(server.url)).rejects.toMatchObject({ code: 'REDIS_EVICTS', message: expect.stringContaining(policy) })
})

test('a cluster of which one node evicts is refused, and the node named', async () => {
  await using cluster = await startRedisCluster()
  const [, , third] = cluster.nodes
  const admin = await connectRedis(third?.url ?? '')
  await admin.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
  admin.disconnect()
  await expect(connectRedis(cluster.fleetUrl)).rejects.toMatchObject({
    code: 'REDIS_EVICTS',
    message: expect.stringContaining(`127.0.0.1:${third?.port}`),
  })
})

test('a Redis whose user may not ask INFO is refused, and told what the user lacks', async () => {
  await using server = await startRedis()
  const admin = await connectRedis(server.url)
  await admin.call('ACL', 'SETUSER', 'mailtrail', '-info')
  await expect(connectRedis(server.fleetUrl)).rejects.toMatchObject({ code: 'REDIS_FORBIDS', message: expect.stringContaining('(NOPERM)') })
  admin.disconnect()
})

test('a server that takes over and evicts is reported', async () => {
  await using place = await startRedisSentinels({ follower: { 'maxmemory-policy': 'allkeys-lru' } })
  vi.stubEnv('TEST_SENTINEL_PASSWORD', place.sentinelPassword)
  const log = { error: vi.fn() }
  const redis = await connectRedis(place.fleetUrl, {
    redisCaFile: place.caFile,
    redisSentinelPassword: 'env:TEST_SENTINEL_PASSWORD',
    log,
  })
  vi.unstubAllEnvs()
  expect(log.error).not.toHaveBeenCalled()
  await place.leader.kill()
  await until(() =>
    expect(log.error).toHaveBeenCalledWith(
      expect.objectContaining({ event: 'redis.unfit', code: 'REDIS_EVICTS', reason: expect.stringContaining(String(place.follower.port)) }),
    ),
  )
  redis.disconnect()
})

test('commands wait while Redis is away', async () => {
  await using server = await startRedis()
  const redis = await connectRedis(server.url)
  await server.kill()
  const answer = redis.ping()
  await server.restart()
  expect(await answer).toBe('PONG')
  redis.disconnect()
})
