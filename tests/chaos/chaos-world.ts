import { hourMs, minuteMs } from '@mailtrail/core'
import type { Random } from '../e2e/random.ts'
import { auditRecord, guid, recordTime, type ScenarioTenant, scenario } from '../e2e/scenario.ts'

export const chaosStart: number = Date.parse('2024-03-11T00:00:00Z')
export const stepMs: number = 20 * minuteMs

export const tenantNames = ['clinic', 'practice', 'surgery'] as const

/** How many contents of a tenant appear in a step, and how many records each holds. */
const [contentsPerStep, recordsPerContent] = [12, 24]

/** What the feed tells of each tenant's mailbox. */
export const trueAlerts: readonly { type: string; tenantId: string; mailboxGuid: string }[] = tenantNames.map((tenant) => ({
  type: 'mailbox.throttled',
  tenantId: guid(tenant),
  mailboxGuid: guid(`${tenant}/mailbox`),
}))

/** Contents in every step, some of which fail at first, and storms of throttling over some of the steps. */
export function chaosWorld(steps: number, random: Random): object {
  const tenants = tenantNames.map((name) => ({
    name,
    initiallySubscribed: true,
    contents: contentsOf(name, steps, random),
    faults: stormsOf(steps, random),
  }))
  return scenario(new Date(chaosStart).toISOString(), tenants, { pageSize: 5 })
}

function contentsOf(tenant: string, steps: number, random: Random): ScenarioTenant['contents'] {
  const flagged = random.between(1, steps - 2) * contentsPerStep
  return Array.from({ length: steps * contentsPerStep }, (_, index) => {
    const created = chaosStart + (index + 0.5) * (stepMs / contentsPerStep)
    const records = Array.from({ length: recordsPerContent }, (_, record) =>
      auditRecord({
        tenant,
        // The first of each content came in the one before it, too.
        id: `${tenant}/${index * (recordsPerContent - 1) + record}`,
        time: recordTime(
          chaosStart - 2 * hourMs + (index * (recordsPerContent - 1) + record) * (stepMs / contentsPerStep / recordsPerContent),
        ),
        operation: record % 3 === 1 ? 'Send' : 'MailItemsAccessed',
        padding: index % 40 === 7 ? 40_000 : 800,
        ...(index === flagged && record === 2 && { isThrottled: true }),
      }),
    )
    return { created: new Date(created).toISOString(), records, ...faultOf(random) }
  })
}

function faultOf(random: Random): object {
  if (!random.chance(0.05)) return {}
  return {
    fault: random.pick([
      { kind: 'truncate', times: 1 },
      { kind: 'status', status: 500, times: 1 },
      { kind: 'throttle', times: 1 },
    ]),
  }
}

/** While a storm lasts most calls are throttled, up to a number that retries get past. */
function stormsOf(steps: number, random: Random): object[] {
  const storms: object[] = []
  for (let step = random.between(2, 4); step < steps; step += random.between(3, 6)) {
    const from = new Date(chaosStart + step * stepMs).toISOString()
    const fault = random.pick(['af429-in-403', 'af429-in-429', 'af429-retry-after-seconds', 'http-429'])
    const seconds = fault === 'af429-retry-after-seconds' ? { seconds: 0.5 } : {}
    storms.push({ fault, from, times: random.between(5, 20), probability: 0.7, operations: ['list-content', 'fetch-content'], ...seconds })
  }
  return storms
}
