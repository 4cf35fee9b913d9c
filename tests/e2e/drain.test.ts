import { compareLake } from '@mailtrail/cli'
import { minuteMs } from '@mailtrail/core'
import { expect, test } from 'vitest'
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts'
import { expectEvent, startRoleProcess, until } from './role-process.ts'
import { auditRecord, recordTime, scenario } from './scenario.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const others = ['lister', 'notifier', 'scheduler']

test.each([
  { title: 'ends the content that it is in the middle of, when that ends in its grace', stallSeconds: 2, grace: '25', isHandedBack: false },
  { title: 'hands its turn back otherwise, and another takes it at once', stallSeconds: 50, grace: '2', isHandedBack: true },
])('a fetcher that is asked to end $title', async ({ stallSeconds, grace, isHandedBack }) => {
  // Nobody waits so long for a lock.
  await using fleet = await startFleetUnderTest(stallingFeed(stallSeconds), { settings: { jobLockMs: 600_000 } })
  await using _running = await fleet.startRoles(others)
  await using ending = await startRoleProcess(fleet, 'fetcher', { MAILTRAIL_DRAIN_SECONDS: grace })
  expect([await statusOf(ending, '/livez'), await statusOf(ending, '/readyz')]).toEqual([200, 200])
  await moveTo(fleet, start + 20 * minuteMs)
  await until(async () => expect(await contentsFetched(fleet)).toBeGreaterThan(0))
  ending.signal('SIGTERM')
  await expectEvent(ending, 'role.stopping')
  expect([await statusOf(ending, '/livez'), await statusOf(ending, '/readyz')]).toEqual([200, 503])
  expect(await ending.exitCode).toBe(0)
  expect(ending.events.includes('job.handed_back')).toBe(isHandedBack)
  const isEnded = ending.events.slice(ending.events.indexOf('role.stopping')).includes('content.stored')
  expect(isEnded || isHandedBack).toBe(true)

  await using _next = await startRoleProcess(fleet, 'fetcher')
  await fleet.runTo(start + 40 * minuteMs, 20 * minuteMs)
  expect(await compareLake(fleet.lake, await fleet.truth())).toEqual([])
})

test('a role that does not end in its grace is cut off, and a second signal ends it at once', async () => {
  await using fleet = await startFleetUnderTest(stallingFeed(0))
  await using first = await startRoleProcess(fleet, 'fetcher', { MAILTRAIL_DRAIN_SECONDS: '1' })
  await using second = await startRoleProcess(fleet, 'fetcher', { MAILTRAIL_DRAIN_SECONDS: '600' })
  process.kill(fleet.redis.pid, 'SIGSTOP')
  try {
    await until(async () => expect([await statusOf(first, '/livez'), await statusOf(first, '/readyz')]).toEqual([200, 503]))
    first.signal('SIGTERM')
    expect([await first.exitCode, first.events.at(-1)]).toEqual([1, 'role.cut_off'])
    second.signal('SIGTERM')
    await expectEvent(second, 'role.stopping')
    second.signal('SIGTERM')
    expect(await second.exitCode).toBe(1)
  } finally {
    process.kill(fleet.redis.pid, 'SIGCONT')
  }
})

/** Six contents in the first ten minutes; the first one fetched pauses in the middle of its body. */
function stallingFeed(seconds: number): object {
  const contents = Array.from({ length: 6 }, (_, index) => {
    const created = start + index * minuteMs
    const records = [1, 2].map((record) => auditRecord({ tenant: 'clinic', id: `${index}/${record}`, time: recordTime(created) }))
    return { created: new Date(created).toISOString(), records }
  })
  const faults = [{ fault: 'transfer-stalls', operations: ['fetch-content'], seconds, times: 1 }]
  return scenario(new Date(start).toISOString(), [{ name: 'clinic', initiallySubscribed: true, contents, faults }])
}

async function statusOf(role: { probe(path: '/livez' | '/readyz'): Promise<{ status: number | undefined }> }, path: '/livez' | '/readyz') {
  return (await role.probe(path)).status
}

async function contentsFetched({ simulator }: FleetUnderTest): Promise<number> {
  return (await simulator.get<{ readonly calls: Readonly<Record<string, number>> }>('/sim/metrics')).calls.fetch ?? 0
}

/** Lets time pass without waiting for the work. */
async function moveTo({ simulator, clock }: FleetUnderTest, time: number): Promise<void> {
  await simulator.advanceTo(time)
  await clock.advanceTo(time)
}
