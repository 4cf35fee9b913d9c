import { setTimeout as delay } from 'node:timers/promises'
import { compareAlerts, compareLake, deliveredAlerts } from '@mailtrail/cli'
import { hourMs, minuteMs } from '@mailtrail/core'
import { connectRedis, createWorkQueues } from '@mailtrail/queues'
import { startRedisCluster, startRedisSentinels } from '@mailtrail/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts'
import { feedStart, heavyFeed } from './heavy-feed.ts'
import { guid } from './scenario.ts'

const trueAlerts = ['clinic', 'practice'].map((tenant) => ({
  type: 'mailbox.throttled',
  tenantId: guid(tenant),
  mailboxGuid: guid(`${tenant}/mailbox`),
}))

const feedHours = 2

test('a fleet whose leading Redis is killed in the middle of its work loses nothing and sends nothing twice', async () => {
  await using redis = await startRedisSentinels()
  vi.stubEnv('TEST_SENTINEL_PASSWORD', redis.sentinelPassword)
  onTestFinished(() => void vi.unstubAllEnvs())
  const settings = { redisUrl: redis.fleetUrl, redisCaFile: redis.caFile, redisSentinelPassword: 'env:TEST_SENTINEL_PASSWORD' }
  await using fleet = await startFleetUnderTest(heavyFeed(feedHours), { settings })
  await using _running = await fleet.startRoles()
  const running = fleet.runTo(feedStart + (feedHours + 3) * hourMs, 20 * minuteMs)
  await workIsQueued(fleet)
  await redis.leader.kill()
  await running
  await expectTruth(fleet)
})

test('a fleet on a cluster of Redis collects everything', async () => {
  await using redis = await startRedisCluster()
  await using fleet = await startFleetUnderTest(heavyFeed(feedHours), { settings: { redisUrl: redis.fleetUrl } })
  await using _running = await fleet.startRoles()
  await fleet.runTo(feedStart + (feedHours + 3) * hourMs, 20 * minuteMs)
  await expectTruth(fleet)
})

async function workIsQueued({ config }: FleetUnderTest): Promise<void> {
  await using parts = new AsyncDisposableStack()
  const connection = parts.adopt(await connectRedis(config.redisUrl, config), (client) => client.disconnect())
  const queues = parts.use(createWorkQueues(connection))
  await delay(500)
  while ((await queues.unfinished()) === 0) await delay(2)
}

async function expectTruth(fleet: FleetUnderTest): Promise<void> {
  const siem = await fleet.siem()
  expect(await compareLake(fleet.lake, await fleet.truth())).toEqual([])
  expect(compareAlerts(siem, trueAlerts)).toEqual([])
  expect(deliveredAlerts(siem).map(({ type }) => type)).toEqual(trueAlerts.map(({ type }) => type))
}
