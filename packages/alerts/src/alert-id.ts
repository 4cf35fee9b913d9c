import { createHash } from 'node:crypto'
import type { TenantId } from '@mailtrail/core'
import type { AlertKind } from './alert.ts'

/** A span of the feed that became a gap: one content type, `contentCreated` in `[from, to)`, UTC milliseconds. */
export interface Gap {
  readonly contentType: string
  readonly from: number
  readonly to: number
  readonly cause: string
}

/** Contents are known by `contentHash`; the same content may be raised once for each reason. */
export interface ContentCause {
  readonly kind: Extract<AlertKind, `content.${string}`>
  readonly contentHash: string
  readonly reason: string
}

/** One alert a mailbox and day, however many flagged records, workers and attempts there are. */
export function throttledAlertId(tenantId: TenantId, mailboxGuid: string, utcDate: string): string {
  return hashParts(tenantId, mailboxGuid.toLowerCase(), utcDate)
}

export function gapAlertId(tenantId: TenantId, gap: Gap, change: 'opened' | 'closed'): string {
  return hashParts(tenantId, `coverage.gap_${change}`, gap.contentType, `${gap.from}`, `${gap.to}`, gap.cause)
}

/** One alert a day of events and day of entering, however many contents come late. */
export function amendedAlertId(tenantId: TenantId, contentType: string, eventDate: string, enteredDate: string): string {
  return hashParts(tenantId, 'coverage.amended', contentType, eventDate, enteredDate)
}

export function contentAlertId(tenantId: TenantId, { kind, contentHash, reason }: ContentCause): string {
  return hashParts(tenantId, kind, contentHash, reason)
}

/** @param since - UTC milliseconds */
export function subscriptionAlertId(tenantId: TenantId, contentType: string, since: number): string {
  return hashParts(tenantId, 'subscription.disabled', contentType, `${since}`)
}

/** @param since - UTC milliseconds */
export function consentAlertId(tenantId: TenantId, since: number): string {
  return hashParts(tenantId, 'tenant.consent_revoked', `${since}`)
}

/** One alert a certificate and rung of the ladder, on whichever day it is raised. */
export function credentialAlertId(tenantId: TenantId, credential: string, expiresAt: number, rungDays: number): string {
  return hashParts(tenantId, 'credential.expiring', credential, `${expiresAt}`, `${rungDays}`)
}

/** One alert a tenant and set of findings, however often these are found. */
export function verifyFailedAlertId(tenantId: TenantId, findingsSha256: string): string {
  return hashParts(tenantId, 'evidence.verify_failed', findingsSha256)
}

/** One alert a tenant, destination and UTC date, however many deliveries fail. */
export function deliveryDeadAlertId(tenantId: TenantId, destination: string, utcDate: string): string {
  return hashParts(tenantId, 'delivery.dead', destination, utcDate)
}

/** No part holds a line end, so two lists of parts never read the same. */
function hashParts(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32)
}
