import { setTimeout as delay } from 'node:timers/promises'
import { compareAlerts, compareLake, deliveredAlerts } from '@mailtrail/cli'
import { hourMs, minuteMs } from '@mailtrail/core'
import { connectRedis, createWorkQueues } from '@mailtrail/queues'
import { expect, test } from 'vitest'
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts'
import { feedStart, heavyFeed } from './heavy-feed.ts'
import { createRandom } from './random.ts'
import { guid } from './scenario.ts'

const trueAlerts = ['clinic', 'practice'].map((tenant) => ({
  type: 'mailbox.throttled',
  tenantId: guid(tenant),
  mailboxGuid: guid(`${tenant}/mailbox`),
}))

const losses = 12
const feedHours = 10

test('a fleet whose Redis is flushed, killed and replaced in the middle of its work loses nothing and sends nothing twice', async () => {
  await using fleet = await startFleetUnderTest(heavyFeed(feedHours))
  // Once more after all losses, started anew.
  for (const hours of [feedHours, feedHours + 3]) {
    await using _running = await fleet.startRoles()
    const running = fleet.runTo(feedStart + hours * hourMs, 20 * minuteMs)
    if (hours === feedHours) await loseRedis(fleet, running)
    await running
  }

  const siem = await fleet.siem()
  expect(await compareLake(fleet.lake, await fleet.truth())).toEqual([])
  expect(compareAlerts(siem, trueAlerts)).toEqual([])
  expect(deliveredAlerts(siem).map(({ type }) => type)).toEqual(trueAlerts.map(({ type }) => type))
})

/** Loses what is in Redis again and again, each time while work is queued or under way, at moments drawn from a fixed seed. */
async function loseRedis({ redis }: FleetUnderTest, running: Promise<void>): Promise<void> {
  await using connections = new AsyncDisposableStack()
  const connection = connections.adopt(await connectRedis(redis.url), (client) => client.disconnect())
  const queues = connections.use(createWorkQueues(connection))
  const random = createRandom('losses')
  let isOver = false
  void running.finally(() => {
    isOver = true
  })
  for (let loss = 0; loss < losses; loss += 1) {
    await delay(random.between(100, 600))
    while ((await queues.unfinished()) === 0 && !isOver) await delay(2)
    if (isOver) throw new Error(`the run was over after ${loss} losses`)
    if (loss % 3 === 0) await connection.flushall()
    else await redis.restart({ wipe: loss % 3 === 1 })
  }
}
