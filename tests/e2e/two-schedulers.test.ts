import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compareAlerts, compareLake, deliveredAlerts } from '@mailtrail/cli'
import { hourMs, minuteMs, parseTenantId } from '@mailtrail/core'
import { readLedger } from '@mailtrail/lake'
import { expect, test, vi } from 'vitest'
import { startFleetUnderTest } from './fleet-under-test.ts'
import { feedStart, heavyFeed } from './heavy-feed.ts'
import { guid } from './scenario.ts'

// As after a clock that jumped, a process that was paused, or a Redis that forgot: each believes that it leads.
vi.mock('@mailtrail/queues', async (load) => {
  const lease = { isHeld: () => true, renew: async () => {}, [Symbol.asyncDispose]: async () => {} }
  return { ...(await load<typeof import('@mailtrail/queues')>()), startLeaderLease: async () => lease }
})

const hours = 3

test('two schedulers that both lead do no harm: each window is listed and sealed once, each alert sent once, and the lake is the truth', async () => {
  await using fleet = await startFleetUnderTest(heavyFeed(hours))
  await using _workers = await fleet.startRoles(['lister', 'fetcher', 'notifier', 'compactor'])
  await using _first = await fleet.startRoles(['scheduler'])
  await using _second = await fleet.startRoles(['scheduler'])
  await fleet.runTo(feedStart + hours * hourMs + 30 * minuteMs, 10 * minuteMs)

  const log = await readFile(join(fleet.folder, 'fleet.log'), 'utf8')
  expect(log.match(/"scheduler.leads"/g)).toHaveLength(2)
  const listed = [...log.matchAll(/"tenantId":"([^"]+)".*"span.listed","entry":"listed","start":(\d+)/g)].map(
    ([, tenantId, at]) => `${tenantId} ${at}`,
  )
  expect(listed.length).toBeGreaterThanOrEqual(2 * hours * 6)
  expect(new Set(listed).size).toBe(listed.length)
  expect(await compareLake(fleet.lake, await fleet.truth())).toEqual([])
  const alerts = ['clinic', 'practice'].map((name) => ({
    type: 'mailbox.throttled',
    tenantId: guid(name),
    mailboxGuid: guid(`${name}/mailbox`),
  }))
  expect(compareAlerts(await fleet.siem(), alerts)).toEqual([])
  expect(deliveredAlerts(await fleet.siem())).toHaveLength(alerts.length)
  for (const { tenantId } of alerts) {
    const range = { from: feedStart, to: feedStart + hours * hourMs }
    const entries = (await readLedger(fleet.lake, parseTenantId(tenantId), range)).map(({ entry }) => entry)
    expect(entries.filter((entry) => entry === 'seal')).toHaveLength(hours * 6)
    expect(entries.filter((entry) => entry.startsWith('repair'))).toEqual([])
  }
})
