import { type Abortable, dayMs, MailtrailError, utcDate } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import type { AlertOf } from './alert.ts'
import { throttledAlertId } from './alert-id.ts'
import { raiseAlert, readAlert } from './alert-store.ts'
import { type FlaggedRecord, throttledAlert } from './new-alert.ts'

/** What came of a flagged record: its new alert, or the one that already speaks for it. */
export interface ThrottledOutcome {
  readonly alert: AlertOf<'mailbox.throttled'>
  readonly outcome: 'raised' | 'known'
}

/**
 * Raises `mailbox.throttled` for a flagged record, unless an alert of the mailbox flagged less than 24 h before or after speaks for it already.
 *
 * Two workers that race across midnight may raise two. The alert keeps the times of the record that came first;
 * throttle intervals are computed from records, never from alerts.
 *
 * @throws {@link MailtrailError} `ALERT_INVALID` when `mailboxGuid` is not a GUID
 */
export async function raiseThrottled(lake: ObjectStore, flagged: FlaggedRecord, options: Abortable = {}): Promise<ThrottledOutcome> {
  const known = await findAlertNear(lake, flagged, options)
  if (known) return { alert: known, outcome: 'known' }
  const alert = throttledAlert(flagged)
  return { alert, outcome: await raiseAlert(lake, alert, options) }
}

async function findAlertNear(
  lake: ObjectStore,
  flagged: FlaggedRecord,
  options: Abortable,
): Promise<AlertOf<'mailbox.throttled'> | undefined> {
  for (const time of [flagged.flaggedAt, flagged.flaggedAt - dayMs, flagged.flaggedAt + dayMs]) {
    const alert = await readThrottled(lake, flagged, utcDate(time), options)
    if (alert && Math.abs(Date.parse(alert.data.flaggedAt) - flagged.flaggedAt) < dayMs) return alert
  }
  return undefined
}

async function readThrottled(
  lake: ObjectStore,
  { tenantId, mailboxGuid }: FlaggedRecord,
  date: string,
  options: Abortable,
): Promise<AlertOf<'mailbox.throttled'> | undefined> {
  try {
    const alert = await readAlert(lake, { tenantId, date, alertId: throttledAlertId(tenantId, mailboxGuid, date) }, options)
    return alert?.kind === 'mailbox.throttled' ? alert : undefined
  } catch (error) {
    // Evidence waits for this call: an unreadable neighbour may cost a second alert, never the content.
    if (error instanceof MailtrailError && error.code === 'ALERT_INVALID') return undefined
    throw error
  }
}
