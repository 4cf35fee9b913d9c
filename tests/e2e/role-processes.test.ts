import { compareLake } from '@mailtrail/cli'
import { minuteMs } from '@mailtrail/core'
import { connectRedis } from '@mailtrail/queues'
import { expect, test } from 'vitest'
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts'
import { expectEvent, type RoleProcess, startRoleProcess, until } from './role-process.ts'
import { auditRecord, recordTime, scenario } from './scenario.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const others = ['lister', 'notifier', 'scheduler']

test.each([
  { title: 'ends the content that it is in the middle of, when that ends in its grace', stallSeconds: 5, grace: '25', isHandedBack: false },
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

test.concurrent('of several schedulers another leads when one is paused, and when it wakes it believes nothing', async () => {
  await using fleet = await startFleetUnderTest(stallingFeed(0))
  await using first = await startRoleProcess(fleet, 'scheduler')
  await using second = await startRoleProcess(fleet, 'scheduler')
  expect([await leads(first), await leads(second)]).toEqual([true, false])
  first.signal('SIGSTOP')
  await until(async () => expect(await leads(second)).toBe(true))
  await expectScheduling(fleet, second)
  first.signal('SIGCONT')
  await until(async () => expect(await leads(first)).toBe(false))
  expect(await leads(second)).toBe(true)
})

test.concurrent('of several schedulers another leads when one is killed, and when one is asked to end', async () => {
  await using fleet = await startFleetUnderTest(stallingFeed(0))
  await using first = await startRoleProcess(fleet, 'scheduler')
  await using second = await startRoleProcess(fleet, 'scheduler')
  first.signal('SIGKILL')
  await until(async () => expect(await leads(second)).toBe(true))
  await expectScheduling(fleet, second)
  await using third = await startRoleProcess(fleet, 'scheduler')
  second.signal('SIGTERM')
  expect(await second.exitCode).toBe(0)
  await until(async () => expect(await leads(third)).toBe(true))
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

async function statusOf(role: RoleProcess, path: '/livez' | '/readyz'): Promise<number | undefined> {
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

/** Whether it leads by its own word; it is ready all the same. */
async function leads(scheduler: RoleProcess): Promise<boolean> {
  const { status, body } = await scheduler.probe('/readyz')
  expect(status).toBe(200)
  return body.checks?.leadership?.leading === true
}

/** Forgets that anybody scheduled, and waits until somebody did. */
async function expectScheduling({ redis }: FleetUnderTest, asked: RoleProcess): Promise<void> {
  const connection = await connectRedis(redis.url)
  await connection.del('mailtrail:scheduled')
  connection.disconnect()
  expect((await asked.probe('/signals')).status).toBe(503)
  await until(async () => expect((await asked.probe('/signals')).status).toBe(200))
}
