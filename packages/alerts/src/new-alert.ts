import { bindAggregationMs, isoSeconds, type TenantId, throttleMs, utcDate } from '@mailtrail/core'
import type { AlertOf, DeliveryDeadData, VerifyFailedData } from './alert.ts'
import {
  amendedAlertId,
  type ContentCause,
  consentAlertId,
  contentAlertId,
  deliveryDeadAlertId,
  type Gap,
  gapAlertId,
  subscriptionAlertId,
  throttledAlertId,
  verifyFailedAlertId,
} from './alert-id.ts'

/** A flagged record of a mailbox. Times are UTC milliseconds. */
export interface FlaggedRecord {
  readonly tenantId: TenantId
  readonly mailboxGuid: string
  readonly flaggedAt: number
  readonly raisedAt: number
}

export function throttledAlert({ tenantId, mailboxGuid, flaggedAt, raisedAt }: FlaggedRecord): AlertOf<'mailbox.throttled'> {
  const date = utcDate(flaggedAt)
  return {
    schema: 1,
    id: throttledAlertId(tenantId, mailboxGuid, date),
    kind: 'mailbox.throttled',
    tenantId,
    raisedAt: isoSeconds(raisedAt),
    date,
    data: {
      mailboxGuid: mailboxGuid.toLowerCase(),
      flaggedAt: isoSeconds(flaggedAt),
      unrecordedFrom: isoSeconds(flaggedAt - bindAggregationMs),
      unrecordedUntil: isoSeconds(flaggedAt + throttleMs),
    },
  }
}

/** A gap was found in the tenant's feed. Stored by the day the gap begins. */
export function gapOpenedAlert(
  tenantId: TenantId,
  gap: Gap & { readonly recoverable: boolean },
  raisedAt: number,
): AlertOf<'coverage.gap_opened'> {
  return {
    schema: 1,
    id: gapAlertId(tenantId, gap, 'opened'),
    kind: 'coverage.gap_opened',
    tenantId,
    raisedAt: isoSeconds(raisedAt),
    date: utcDate(gap.from),
    data: gapData(gap, gap.recoverable),
  }
}

/** A gap was closed by a repair. Stored by the day it was closed, which may be long after the gap. */
export function gapClosedAlert(tenantId: TenantId, gap: Gap, raisedAt: number): AlertOf<'coverage.gap_closed'> {
  return {
    schema: 1,
    id: gapAlertId(tenantId, gap, 'closed'),
    kind: 'coverage.gap_closed',
    tenantId,
    raisedAt: isoSeconds(raisedAt),
    date: utcDate(raisedAt),
    data: gapData(gap, true),
  }
}

/**
 * Stored by the day the content was entered, which may be long after the events.
 *
 * @param late.enteredAt - service time, UTC milliseconds
 */
export function amendedAlert(
  tenantId: TenantId,
  { contentType, eventDate, enteredAt }: { readonly contentType: string; readonly eventDate: string; readonly enteredAt: number },
  raisedAt: number,
): AlertOf<'coverage.amended'> {
  const date = utcDate(enteredAt)
  return {
    schema: 1,
    id: amendedAlertId(tenantId, contentType, eventDate, date),
    kind: 'coverage.amended',
    tenantId,
    raisedAt: isoSeconds(raisedAt),
    date,
    data: { contentType, eventDate, enteredAt: isoSeconds(enteredAt) },
  }
}

/** @param content.created - `contentCreated` in UTC milliseconds, whose day the alert is stored by */
export function contentAlert<Kind extends ContentCause['kind']>(
  tenantId: TenantId,
  content: ContentCause & {
    readonly kind: Kind
    readonly created: number
    readonly count: number
  },
  raisedAt: number,
): AlertOf<Kind> {
  const { contentHash, reason, count } = content
  return {
    schema: 1,
    id: contentAlertId(tenantId, content),
    kind: content.kind,
    tenantId,
    raisedAt: isoSeconds(raisedAt),
    date: utcDate(content.created),
    data: { contentHash, reason, count },
  }
}

/** @param outage.since - when the subscription was last seen to work, UTC milliseconds; its day is the one the alert is stored by */
export function subscriptionDisabledAlert(
  tenantId: TenantId,
  {
    contentType,
    since,
    reason,
  }: {
    readonly contentType: string
    readonly since: number
    readonly reason: string
  },
  raisedAt: number,
): AlertOf<'subscription.disabled'> {
  return {
    schema: 1,
    id: subscriptionAlertId(tenantId, contentType, since),
    kind: 'subscription.disabled',
    tenantId,
    raisedAt: isoSeconds(raisedAt),
    date: utcDate(since),
    data: { contentType, since: isoSeconds(since), reason },
  }
}

/** @param refusal.since - when the app was last seen to be let in, UTC milliseconds; its day is the one the alert is stored by */
export function consentRevokedAlert(
  tenantId: TenantId,
  { since, vendorCode }: { readonly since: number; readonly vendorCode?: string | undefined },
  raisedAt: number,
): AlertOf<'tenant.consent_revoked'> {
  return {
    schema: 1,
    id: consentAlertId(tenantId, since),
    kind: 'tenant.consent_revoked',
    tenantId,
    raisedAt: isoSeconds(raisedAt),
    date: utcDate(since),
    data: { since: isoSeconds(since), ...(vendorCode === undefined ? {} : { vendorCode }) },
  }
}

/** Stored by the day it is raised, since nobody knows when its cause was. */
export function verifyFailedAlert(tenantId: TenantId, data: VerifyFailedData, raisedAt: number): AlertOf<'evidence.verify_failed'> {
  const id = verifyFailedAlertId(tenantId, data.findingsSha256)
  return { schema: 1, id, kind: 'evidence.verify_failed', tenantId, raisedAt: isoSeconds(raisedAt), date: utcDate(raisedAt), data }
}

/** Stored by the day it is raised. */
export function deliveryDeadAlert(tenantId: TenantId, data: DeliveryDeadData, raisedAt: number): AlertOf<'delivery.dead'> {
  const date = utcDate(raisedAt)
  const id = deliveryDeadAlertId(tenantId, data.destination, date)
  return { schema: 1, id, kind: 'delivery.dead', tenantId, raisedAt: isoSeconds(raisedAt), date, data }
}

function gapData(gap: Gap, recoverable: boolean): AlertOf<'coverage.gap_opened'>['data'] {
  const { contentType, from, to, cause } = gap
  return {
    contentType,
    from: isoSeconds(from),
    to: isoSeconds(to),
    cause,
    recoverable,
  }
}
