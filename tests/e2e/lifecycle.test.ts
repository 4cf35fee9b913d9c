import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compareLake, readCoverage, type Siem } from '@mailtrail/cli'
import { hourMs, mailContentType, minuteMs, parseTenantId } from '@mailtrail/core'
import { onboardTenant, pauseTenant, removeTenant, resumeTenant, type Tenant } from '@mailtrail/tenants'
import { expect, test } from 'vitest'
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts'
import { auditRecord, guid, recordTime, scenario } from './scenario.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
/** Of simulated time; a tenth is six minutes. */
const hour = (n: number): number => start + Math.round(n * 60) * minuteMs
const at = (n: number): number => hour(n) + 10 * minuteMs
const hourOf = (time: number | string): number => Math.floor((new Date(time).getTime() - start) / hourMs)
const iso = (time: number): string => new Date(time).toISOString()

const windowMinutes = 30
const tenantName = 'clinic'
const tenantId = parseTenantId(guid(tenantName))

/** What happens ten minutes past these hours, but for the subscription, whose changes fall between two listings. */
const story = {
  added: 0,
  paused: 76,
  resumed: 82,
  pausedAgain: 90,
  resumedWithBackfill: 98,
  stopped: 172,
  startedBySomebody: 176,
  removed: 260,
  addedAgain: 284,
  /** The last day whose hours can be settled by the end is that before hour 288: its last sweep is due 78 hours after it. */
  end: 367,
}

const firstContent = -170.25
const contentTimes = Array.from({ length: 2 * (365 - firstContent) }, (_, index) => hour(firstContent) + index * 30 * minuteMs)

test('a tenant added, paused, resumed, without its subscription, removed and added again is incomplete in exactly the hours that this explains', async () => {
  const [stopped, startedAgain] = [iso(hour(story.stopped + 1 / 3)), iso(hour(story.startedBySomebody + 1 / 3))]
  const contents = contentTimes.map((created) => ({
    created: iso(created),
    records: [auditRecord({ tenant: tenantName, id: recordName(created), time: recordTime(created - 20 * minuteMs) })],
  }))
  const feed = {
    name: tenantName,
    initiallySubscribed: true,
    subscriptionEvents: [
      { at: stopped, action: 'stop' as const },
      { at: startedAgain, action: 'start' as const },
    ],
    // Whoever stopped it does not let us start it.
    faults: [{ fault: 'af20023-subscription-disabled', operations: ['start'], from: stopped, to: startedAgain }],
    contents,
  }
  await using fleet = await startFleetUnderTest(scenario(iso(start), [feed], { pageSize: 20 }), { areAdded: false })
  await using _running = await fleet.startRoles()
  const tenant = await describeTenant(fleet)
  const settings = { contentTypes: [mailContentType], windowMinutes }

  await fleet.runTo(at(story.added))
  await onboardTenant(fleet.lake, tenant, { ...settings, backfill: true, now: fleet.clock.now() })
  // In short steps, for what is backfilled is queued some listings at a time.
  await fleet.runTo(at(story.added + 2), 10 * minuteMs)
  await fleet.runTo(at(story.paused))
  await pauseTenant(fleet.lake, tenantId, { now: fleet.clock.now() })
  await fleet.runTo(at(story.resumed))
  await resumeTenant(fleet.lake, tenantId, { backfill: false, now: fleet.clock.now() })
  await fleet.runTo(at(story.pausedAgain))
  await pauseTenant(fleet.lake, tenantId, { now: fleet.clock.now() })
  await fleet.runTo(at(story.resumedWithBackfill))
  expect(await coverageOf(fleet, 82, 98), 'a pause that is not filled yet').toEqual([[82, 98, 'outside']])
  await resumeTenant(fleet.lake, tenantId, { backfill: true, now: fleet.clock.now() })
  await fleet.runTo(at(story.removed))
  await removeTenant(fleet.lake, tenantId, { now: fleet.clock.now() })
  await fleet.runTo(at(story.addedAgain))
  await onboardTenant(fleet.lake, tenant, { ...settings, backfill: false, now: fleet.clock.now() })
  await fleet.runTo(at(story.end))

  expect(await coverageOf(fleet, -180, 288)).toEqual([
    // The service listed 167 h 55 min back.
    [-180, -167, 'outside'],
    // Nobody had seen the subscription to be on.
    [-167, 1, 'unverified'],
    [1, 4, 'settled'],
    // Records of the 72 hours before the pause may have become available in it.
    [4, 82, 'outside'],
    // The second pause was filled when the tenant was resumed: it leaves no trace.
    [82, 100, 'settled'],
    // Stopped in hour 172, found on and listed again in hour 177, with the 72 hours before.
    [100, 178, 'gap_subscription'],
    [178, 188, 'settled'],
    // Removed in hour 260, and its last window listed a day later: nobody watched the subscription from its last content to the first of hour 284.
    [188, 261, 'unverified'],
    [261, 284, 'outside'],
    [284, 285, 'unverified'],
    [285, 288, 'settled'],
  ])

  const names = new Map(contentTimes.map((created) => [guid(recordName(created)), (created - start) / hourMs]))
  const differences = await compareLake(fleet.lake, await fleet.truth())
  const lacking = differences.map((line) => names.get(/ lacks record (\S+)/.exec(line)?.[1] ?? '') ?? line)
  const isLeftOut = (created: number): boolean => created < -167.5 || (created > 76.5 && created < 82) || (created > 260.5 && created < 284)
  const offered = [...names.values()].filter((created) => created < 172 || created > 176.5)
  expect(lacking.toSorted((a, b) => Number(a) - Number(b))).toEqual(offered.filter(isLeftOut))

  // Backfilling is no gap; the other two lasted for hours and were over when the feed could be listed again.
  expect(alertsOf(await fleet.siem())).toEqual([
    [173, 'subscription.disabled', undefined],
    [175, 'coverage.gap_opened', 172],
    [179, 'coverage.gap_closed', 172],
    // The window that the removal cut is listed after all.
    [285, 'coverage.gap_opened', 260],
    [286, 'coverage.gap_closed', 260],
  ])
})

async function coverageOf({ lake }: FleetUnderTest, from: number, to: number): Promise<unknown[]> {
  const coverage = await readCoverage(lake, tenantId, { from: hour(from), to: hour(to) })
  return coverage.map((interval) => [hourOf(interval.from), hourOf(interval.to), interval.state])
}

/** In which hour each was raised, and where the gap begins that it tells of. */
function alertsOf({ deliveries }: Siem): unknown[] {
  const bodies = new Map(deliveries.map(({ id, body }) => [id, JSON.parse(JSON.stringify(body))]))
  const rows = [...bodies.values()].map(({ type, timestamp, data }) => [hourOf(timestamp), type, data.from && hourOf(data.from)] as const)
  return rows.toSorted(([a], [b]) => a - b)
}

function recordName(created: number): string {
  return `record created ${iso(created)}`
}

/** As `tenant add` registers it. */
async function describeTenant({ folder, simulator }: FleetUnderTest): Promise<Tenant> {
  const [announced] = simulator.announcement.tenants
  const secret = join(folder, 'secret')
  await writeFile(secret, announced?.clientSecret ?? '')
  return { tenantId, displayName: tenantName, cloud: 'simulator', clientId: announced?.clientId, credentials: [`file:${secret}`], tags: [] }
}
