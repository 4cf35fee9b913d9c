import { compareLake, readCoverage } from '@mailtrail/cli'
import { type CoverageState, hourMs, minuteMs, parseTenantId } from '@mailtrail/core'
import { expect, test } from 'vitest'
import { startFleetUnderTest } from './fleet-under-test.ts'
import { auditRecord, guid, recordTime, scenario } from './scenario.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const hour = (n: number): number => start + n * hourMs
const iso = (time: number): string => new Date(time).toISOString()

const lostHour = 5
const stopHour = 80
const lateHour = 100
const tenant = 'clinic'

/** A content every half hour, with one record of the half hour before it. */
function contents(): object[] {
  return Array.from({ length: 2 * 110 }, (_, index) => {
    const created = hour(0.75) + index * 30 * minuteMs
    const record = auditRecord({ tenant, id: `record-${index}`, time: recordTime(created - 20 * minuteMs) })
    const isLost = created === hour(lostHour) + 45 * minuteMs
    const isLate = created === hour(lateHour) + 45 * minuteMs
    return {
      created: iso(created),
      records: [record],
      ...(isLost && { fault: { kind: 'missing' } }),
      ...(isLate && { listedFrom: iso(created + 30 * hourMs) }),
    }
  })
}

test('a late content, a lost one and a stopped subscription show in exactly the hours they concern', async () => {
  const events = [{ at: iso(hour(stopHour) + 20 * minuteMs), action: 'stop' as const }]
  await using fleet = await startFleetUnderTest(
    scenario(iso(start), [{ name: tenant, contents: contents(), subscriptionEvents: events }]),
    { windowMinutes: 30 },
  )
  await using _running = await fleet.startRoles()
  const tenantId = parseTenantId(guid(tenant))
  const stateOf = async (n: number): Promise<CoverageState | undefined> =>
    (await readCoverage(fleet.lake, tenantId, { from: hour(n), to: hour(n + 1) }))[0]?.state

  await fleet.runTo(hour(lateHour + 5))
  expect(await stateOf(lateHour), 'a closed window whose late content nobody has seen').toBe('provisional')

  await fleet.runTo(hour(199))
  const states = await Promise.all(Array.from({ length: 120 }, (_, n) => stateOf(n)))
  const expected = states.map((_, n): CoverageState => {
    // The fleet checked the subscription when it listed its first window, in the second hour of simulated time.
    if (n <= 0) return 'unverified'
    // The lost content was created in hour 5 and may have held events of the 72 hours before.
    if (n <= lostHour) return 'gap_upstream'
    // Stopped in hour 80, refused at 81, started again and listed at 82; nothing of the 72 hours before can be vouched for.
    if (n >= stopHour - 72 && n < stopHour + 2) return 'gap_subscription'
    return 'settled'
  })
  expect(states).toEqual(expected)

  const late = await compareLake(fleet.lake, await fleet.truth())
  const lostRecord = guid(`record-${2 * lostHour}`)
  expect(late.filter((difference) => !difference.includes(lostRecord))).toEqual([])
})
