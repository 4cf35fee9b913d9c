import { startRedis } from '@mailtrail/testing'
import { expect, test } from 'vitest'
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
  expect(error.message).not.toContain('canary')
})

test('a Redis that asks for another password is named, without the one given', async () => {
  await using server = await startRedis({ directives: { requirepass: 'right' } })
  const error = await connectRedis(`redis://:canary@127.0.0.1:${server.port}`).catch((reason) => reason)
  expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', message: expect.stringContaining(`127.0.0.1:${server.port}`) })
  expect(error.message).not.toContain('canary')
})

test.each(['allkeys-lru', 'volatile-ttl'])('a Redis that evicts (%s) is refused, for queued work could vanish', async (policy) => {
  await using server = await startRedis({ directives: { 'maxmemory-policy': policy } })
  await expect(connectRedis(server.url)).rejects.toMatchObject({ code: 'REDIS_EVICTS', message: expect.stringContaining(policy) })
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
