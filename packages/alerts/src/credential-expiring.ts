import { dayMs, isoSeconds, type TenantId, utcDate } from '@mailtrail/core'
import type { AlertOf } from './alert.ts'
import { credentialAlertId } from './alert-id.ts'

/** A certificate an app signs in with, known by the kind of its reference (`env`, `file`, …). */
export interface ExpiringCredential {
  readonly credential: string
  /** UTC milliseconds. */
  readonly expiresAt: number
}

/** How many days before its end a certificate is spoken of, once each. After its end the last rung holds. */
export const expiryLadderDays = [60, 30, 14, 7, 1] as const

/** Whole days until `expiresAt`, negative after it. */
export function daysUntil(expiresAt: number, now: number): number {
  return Math.floor((expiresAt - now) / dayMs)
}

/** The rung a certificate stands on, in days; undefined while it is above the ladder. */
export function expiryRung(expiresAt: number, now: number): number | undefined {
  const daysLeft = daysUntil(expiresAt, now)
  return expiryLadderDays.findLast((days) => daysLeft <= days)
}

/**
 * The alert of the rung a certificate stands on, undefined above the ladder. Stored by the day it is raised, since a rung may begin longer ago
 * than undelivered alerts are looked for.
 */
export function credentialExpiringAlert(
  tenantId: TenantId,
  { credential, expiresAt }: ExpiringCredential,
  raisedAt: number,
): AlertOf<'credential.expiring'> | undefined {
  const rung = expiryRung(expiresAt, raisedAt)
  if (rung === undefined) return undefined
  return {
    schema: 1,
    id: credentialAlertId(tenantId, credential, expiresAt, rung),
    kind: 'credential.expiring',
    tenantId,
    raisedAt: isoSeconds(raisedAt),
    date: utcDate(raisedAt),
    data: { credential, expiresAt: isoSeconds(expiresAt), daysLeft: daysUntil(expiresAt, raisedAt) },
  }
}
