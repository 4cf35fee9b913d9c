import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deliveryDeadAlert, raiseAlert, raiseThrottled, readAlert } from '@mailtrail/alerts'
import { dayMs, type EndedWork, hourMs, MailtrailError, parseTenantId, utcDate } from '@mailtrail/core'
import { createFolderStore, type EndedJobs, listDeadLetters, type ObjectStore } from '@mailtrail/lake'
import { createLogger } from '@mailtrail/runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDeliveryBurial } from './bury-delivery.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const start = Date.parse('2024-03-14T12:00:00Z')
const down = new MailtrailError('ALERT_DELIVERY_FAILED', 'It answered 500.', { retry: { again: true } })
const gone = new MailtrailError('ALERT_DESTINATION_GONE', 'It answered 410.')
const away = new MailtrailError('LAKE_UNAVAILABLE', 'The lake is away.', { retry: { again: true, afterMs: hourMs } })
const bug = new TypeError()

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtrail-letters-'))
})
afterEach(() => rm(folder, { recursive: true }))

function endedJobs(): EndedJobs {
  const known = new Map<string, EndedWork>()
  return {
    note: async (_tenantId, id, last, attempts) => {
      const { first, jobs } = known.get(id) ?? { first: last, jobs: 0 }
      const now = { first, last, jobs: jobs + 1, attempts }
      known.set(id, now)
      return now
    },
    forget: async (_tenantId, id) => void known.delete(id),
  }
}

/** Lets jobs end at these hours after the alert was raised. */
async function failAt(
  lake: ObjectStore,
  hours: readonly number[],
  error: unknown,
  alert: { date: string; alertId: string },
): Promise<void> {
  let now = start
  const bury = createDeliveryBurial({ lakeOf: async () => lake, endedJobs: endedJobs(), clock: { now: () => now } })
  const context = { signal: new AbortController().signal, log: createLogger('silent'), attempt: 12, lastAttempt: true }
  for (const hour of hours) {
    now = start + hour * hourMs
    await bury({ v: 1, tenantId, destination: 'siem', ...alert }, error, context)
  }
}

async function countLetters(lake: ObjectStore): Promise<number> {
  return (await Array.fromAsync(listDeadLetters(lake, tenantId))).length
}

test.each([
  { title: 'is down for a day', error: down, hours: [1, 2, 24], letters: 0 },
  { title: 'is down for three days', error: down, hours: [1, 24, 72], letters: 1 },
  { title: 'wants no more', error: gone, hours: [1], letters: 1 },
  { title: 'cannot be sent it, once', error: bug, hours: [1], letters: 0 },
  { title: 'cannot be sent it, again and again', error: bug, hours: [1, 2, 3], letters: 1 },
  { title: 'waits for a lake that is away', error: away, hours: [1, 2, 3], letters: 0 },
])('of a delivery to a destination that $title there are $letters letters, and as many alerts', async ({ error, hours, letters }) => {
  const lake = createFolderStore(folder)
  const { alert } = await raiseThrottled(lake, {
    tenantId,
    mailboxGuid: 'aaaaaaaa-0000-4000-8000-000000000001',
    flaggedAt: start,
    raisedAt: start,
  })
  await failAt(lake, hours, error, { date: alert.date, alertId: alert.id })
  expect(await countLetters(lake)).toBe(letters)
  const raisedAt = start + (hours.at(-1) ?? 0) * hourMs
  const { id: alertId, date } = deliveryDeadAlert(tenantId, { destination: 'siem', reason: 'x' }, raisedAt)
  const raised = await readAlert(lake, { tenantId, date, alertId })
  expect(raised?.data).toEqual(letters === 0 ? undefined : { destination: 'siem', reason: 'code' in error ? error.code : 'UNEXPECTED' })
})

test('that a destination does not take the alert about itself raises no other', async () => {
  const lake = createFolderStore(folder)
  const alert = deliveryDeadAlert(tenantId, { destination: 'siem', reason: 'ALERT_DELIVERY_FAILED' }, start)
  await raiseAlert(lake, alert)
  await failAt(lake, [72, 96], down, { date: alert.date, alertId: alert.id })
  expect(await countLetters(lake)).toBe(1)
  const later = [utcDate(start + 3 * dayMs), utcDate(start + 4 * dayMs)]
  for (const date of later) expect(await Array.fromAsync(lake.list(`alerts/tenant=${tenantId}/date=${date}/`))).toEqual([])
})
