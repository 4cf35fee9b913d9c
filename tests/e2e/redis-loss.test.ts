import { compareAlerts, compareLake, deliveredAlerts } from '@mailtrail/cli'
import { hourMs, minuteMs } from '@mailtrail/core'
import { expect, test } from 'vitest'
import { startFleetUnderTest } from './fleet-under-test.ts'
import { feedHours, feedStart, heavyFeed } from './heavy-feed.ts'
import { guid } from './scenario.ts'

const trueAlerts = ['clinic', 'practice'].map((tenant) => ({
  type: 'mailbox.throttled',
  tenantId: guid(tenant),
  mailboxGuid: guid(`${tenant}/mailbox`),
}))

test('a fleet whose Redis loses everything in the middle of its work and that is started again loses nothing and sends nothing twice', async () => {
  await using fleet = await startFleetUnderTest(heavyFeed())
  for (const losses of [1, 2, 3]) {
    await using _running = await fleet.startRoles()
    const until = feedStart + losses * 3 * hourMs
    await fleet.runTo(until - 20 * minuteMs, 20 * minuteMs)
    // Work is queued and under way now; it is not waited for.
    await fleet.simulator.advanceTo(until)
    await fleet.clock.advanceTo(until)
    await fleet.redis.restart({ wipe: true })
    // What runs finds its way back, and so does what is started anew.
    await fleet.runTo(until + 20 * minuteMs)
  }
  await using _running = await fleet.startRoles()
  await fleet.runTo(feedStart + (feedHours + 3) * hourMs, 20 * minuteMs)

  const siem = await fleet.siem()
  expect(await compareLake(fleet.lake, await fleet.truth())).toEqual([])
  expect(compareAlerts(siem, trueAlerts)).toEqual([])
  expect(deliveredAlerts(siem).map(({ type }) => type)).toEqual(trueAlerts.map(({ type }) => type))
})
