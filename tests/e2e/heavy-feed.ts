import { hourMs, minuteMs } from '@mailtrail/core'
import { auditRecord, recordTime, type ScenarioTenant, scenario } from './scenario.ts'

export const feedStart: number = Date.parse('2024-03-11T00:00:00Z')

/**
 * Two tenants with contents heavy enough to be cut off in the middle: several dates in one content, repeats of records in later
 * contents, contents that fail at first, and flagged records.
 *
 * @param hours - in which contents appear; the feed is quiet after them
 */
export function heavyFeed(hours: number): object {
  const tenants = ['clinic', 'practice'].map((tenant) => ({ name: tenant, contents: contentsOf(tenant, hours) }))
  return scenario(new Date(feedStart).toISOString(), tenants)
}

function contentsOf(tenant: string, hours: number): ScenarioTenant['contents'] {
  return Array.from({ length: hours * 6 }, (_, index) => {
    const created = feedStart + 5 * minuteMs + index * 10 * minuteMs
    const records = Array.from({ length: 60 }, (_, record) => {
      const isRepeat = index > 0 && record < 5
      const number = isRepeat ? (index - 1) * 60 + record + 30 : index * 60 + record
      return auditRecord({
        tenant,
        id: `${tenant}/${number}`,
        time: recordTime(eventTime(number)),
        operation: number % 3 === 0 ? 'Send' : 'MailItemsAccessed',
        padding: 6_000,
        ...(number % 997 === 500 && { isThrottled: true }),
      })
    })
    return {
      created: new Date(created).toISOString(),
      records,
      ...(index % 17 === 3 && { fault: { kind: 'truncate', times: 1 } }),
      ...(index % 19 === 5 && { fault: { kind: 'status', status: 500, times: 1 } }),
    }
  })
}

/** Of the hours before the content, so that some contents hold two dates. */
function eventTime(number: number): number {
  return feedStart + (number / 60) * 10 * minuteMs - 2 * hourMs
}
