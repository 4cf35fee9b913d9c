import { connectRedis } from '@mailtrail/queues'
import { expect, test } from 'vitest'
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts'
import { heavyFeed } from './heavy-feed.ts'
import { type RoleProcess, startRoleProcess, until } from './role-process.ts'

test('of three schedulers one leads, and another follows when it is paused, killed, or asked to end', async () => {
  await using fleet = await startFleetUnderTest(heavyFeed(1))
  await using first = await startRoleProcess(fleet, 'scheduler')
  await using second = await startRoleProcess(fleet, 'scheduler')
  await using third = await startRoleProcess(fleet, 'scheduler')
  const all = [first, second, third]
  expect(await Promise.all(all.map(leads))).toEqual([true, false, false])

  first.signal('SIGSTOP')
  const followers = [second, third]
  await until(async () => expect(await Promise.all(followers.map(leads))).toContain(true))
  await expectScheduling(fleet, second)
  // It wakes believing nothing.
  first.signal('SIGCONT')
  const leader = (await leads(second)) ? second : third
  await until(async () => expect(await leads(first)).toBe(false))
  expect(await leads(leader)).toBe(true)

  leader.signal('SIGKILL')
  const left = all.filter((scheduler) => scheduler !== leader)
  await until(async () => expect(await Promise.all(left.map(leads))).toContain(true))

  const [ending, last] = (await leads(first)) ? [first, left[1]] : [left[1], first]
  ending?.signal('SIGTERM')
  expect(await ending?.exitCode).toBe(0)
  await until(async () => expect(last && (await leads(last))).toBe(true))
})

/** Whether it leads by its own word; it is ready all the same. */
async function leads(scheduler: RoleProcess): Promise<boolean> {
  const { status, body } = await scheduler.probe('/readyz')
  expect(status).toBe(200)
  return body.checks?.leadership?.leading === true
}

/** Forgets that anybody scheduled, and waits until somebody did. */
async function expectScheduling({ config }: FleetUnderTest, asked: RoleProcess): Promise<void> {
  const redis = await connectRedis(config.redisUrl)
  await redis.del('mailtrail:scheduled')
  redis.disconnect()
  expect((await asked.probe('/signals')).status).toBe(503)
  await until(async () => expect((await asked.probe('/signals')).status).toBe(200))
}
