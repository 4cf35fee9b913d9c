import { MailtrailError, type TenantId } from '@mailtrail/core'
import { z } from 'zod'

/** The kinds raised today; a kind joins the list together with its cause. */
export const alertKinds = [
  'mailbox.throttled',
  'coverage.gap_opened',
  'coverage.gap_closed',
  'coverage.amended',
  'content.quarantined',
  'content.variant',
  'subscription.disabled',
  'tenant.consent_revoked',
  'credential.expiring',
  'evidence.verify_failed',
  'delivery.dead',
] as const

export type AlertKind = (typeof alertKinds)[number]

/** Exchange stopped writing Bind records of a mailbox, so reads between the two times may have left no trace. ISO times. */
export interface ThrottledData {
  readonly mailboxGuid: string
  /** Time of the flagged record that was found first. */
  readonly flaggedAt: string
  readonly unrecordedFrom: string
  readonly unrecordedUntil: string
}

/** A span of the feed that is not known to be complete, or is again. ISO times of `contentCreated`, half-open. */
export interface GapData {
  readonly contentType: string
  readonly from: string
  readonly to: string
  /** A code, never prose. */
  readonly cause: string
  readonly recoverable: boolean
}

/** Records of a day came so late that answers about their hours may have been given without them; some may be repeats. */
export interface AmendedData {
  readonly contentType: string
  /** `YYYY-MM-DD`, the UTC day of the events. */
  readonly eventDate: string
  /** ISO time, by the service's clock, when the first content with such records was entered on its day. */
  readonly enteredAt: string
}

/** A content that could not be kept whole, or that the service served in another version than before. */
export interface ContentData {
  /** Lower-case hex SHA-256 of the content id, as in the lake's keys. */
  readonly contentHash: string
  /** A code, never prose. */
  readonly reason: string
  /** How many records it concerns. */
  readonly count: number
}

/** The feed of one content type stopped; what happens until it is enabled again is lost. */
export interface SubscriptionData {
  readonly contentType: string
  /** ISO time of the last moment the subscription was seen to work. */
  readonly since: string
  /** A code, never prose. */
  readonly reason: string
}

/** The app may not read the tenant's feed any more. What becomes available until consent is given again can be listed for 7 days. */
export interface ConsentData {
  /** ISO time of the last moment the app was seen to be let in, or of the first refusal where it never was. */
  readonly since: string
  /** The vendor's code of the refusal, where it gave one. */
  readonly vendorCode?: string | undefined
}

/** The certificate an app signs in with ends; without another, nothing is collected from then on. */
export interface CredentialData {
  /** The kind of its reference, such as `env`: never the reference itself, which may tell a path or a vault. */
  readonly credential: string
  /** ISO time. */
  readonly expiresAt: string
  /** Whole days when the alert was raised, negative once it has expired. */
  readonly daysLeft: number
}

/** What is in the lake is not what was recorded, or is not there. `mailtrail evidence verify` names each object. */
export interface VerifyFailedData {
  readonly findings: number
  /** How many of them are of objects whose bytes are others, that are not there, or that nothing names. */
  readonly altered: number
  readonly missing: number
  readonly unrecorded: number
  /** How many published heads are not in the chain of the ledger. */
  readonly headsNotInChain: number
  /** Names the set of findings: lower-case hex SHA-256 of their kinds and keys. */
  readonly findingsSha256: string
}

/** A destination did not take alerts for days, wants no more, or cannot be sent one. `mailtrail dlq list --stage alerts` names each. */
export interface DeliveryDeadData {
  readonly destination: string
  /** The code of the first failure of that day. */
  readonly reason: string
}

/** What an alert of each kind says. */
export interface AlertData {
  readonly 'mailbox.throttled': ThrottledData
  readonly 'coverage.gap_opened': GapData
  readonly 'coverage.gap_closed': GapData
  readonly 'coverage.amended': AmendedData
  readonly 'content.quarantined': ContentData
  readonly 'content.variant': ContentData
  readonly 'subscription.disabled': SubscriptionData
  readonly 'tenant.consent_revoked': ConsentData
  readonly 'credential.expiring': CredentialData
  readonly 'evidence.verify_failed': VerifyFailedData
  readonly 'delivery.dead': DeliveryDeadData
}

export type AlertOf<Kind extends AlertKind> = {
  readonly schema: 1
  /** 32 hex digits derived from the cause alone, so that raising it again, late or elsewhere, names the same alert. */
  readonly id: string
  readonly kind: Kind
  readonly tenantId: TenantId
  /** ISO time. */
  readonly raisedAt: string
  /** `YYYY-MM-DD`, the partition the alert is stored in. */
  readonly date: string
  readonly data: AlertData[Kind]
}

/** One alert as the lake keeps it. It names mailboxes and contents by GUID and digest, and holds nothing that is mail content. */
export type Alert = { [Kind in AlertKind]: AlertOf<Kind> }[AlertKind]

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const tenantId = z.custom<TenantId>((value) => typeof value === 'string' && guid.test(value), 'expected a lower-case GUID')
const time = z.iso.datetime()
// Alerts leave for third parties: a word without spaces or `@` has no room for an address or a subject.
const code = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$/)

const throttled = z.strictObject({
  mailboxGuid: z.string().regex(guid),
  flaggedAt: time,
  unrecordedFrom: time,
  unrecordedUntil: time,
})
const gap = z.strictObject({
  contentType: code,
  from: time,
  to: time,
  cause: code,
  recoverable: z.boolean(),
})
const amended = z.strictObject({ contentType: code, eventDate: z.iso.date(), enteredAt: time })
const content = z.strictObject({
  contentHash: z.string().regex(/^[0-9a-f]{64}$/),
  reason: code,
  count: z.int().nonnegative(),
})
const subscription = z.strictObject({ contentType: code, since: time, reason: code })
const consent = z.strictObject({ since: time, vendorCode: code.optional() })
const credential = z.strictObject({ credential: code, expiresAt: time, daysLeft: z.int() })

const count = z.int().nonnegative()
const verifyFailed = z.strictObject({
  findings: count,
  altered: count,
  missing: count,
  unrecorded: count,
  headsNotInChain: count,
  findingsSha256: z.string().regex(/^[0-9a-f]{64}$/),
})

const common = {
  schema: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{32}$/),
  tenantId,
  raisedAt: time,
  date: z.iso.date(),
}

/** The one schema of all alerts. Unknown fields are refused rather than passed on. */
export const alertSchema: z.ZodType<Alert> = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('mailbox.throttled'), data: throttled }),
  z.strictObject({ ...common, kind: z.literal('coverage.gap_opened'), data: gap }),
  z.strictObject({ ...common, kind: z.literal('coverage.gap_closed'), data: gap }),
  z.strictObject({ ...common, kind: z.literal('coverage.amended'), data: amended }),
  z.strictObject({ ...common, kind: z.literal('content.quarantined'), data: content }),
  z.strictObject({ ...common, kind: z.literal('content.variant'), data: content }),
  z.strictObject({ ...common, kind: z.literal('subscription.disabled'), data: subscription }),
  z.strictObject({ ...common, kind: z.literal('tenant.consent_revoked'), data: consent }),
  z.strictObject({ ...common, kind: z.literal('credential.expiring'), data: credential }),
  z.strictObject({ ...common, kind: z.literal('evidence.verify_failed'), data: verifyFailed }),
  z.strictObject({ ...common, kind: z.literal('delivery.dead'), data: z.strictObject({ destination: code, reason: code }) }),
])

/**
 * Reads an alert from its stored bytes.
 *
 * @throws {@link MailtrailError} `ALERT_INVALID` naming the faulty fields, never their values
 */
export function parseAlert(bytes: Uint8Array): Alert {
  return checkAlert(parseJson(bytes))
}

/** @throws {@link MailtrailError} `ALERT_INVALID` naming the faulty fields, never their values */
export function checkAlert(value: unknown): Alert {
  const result = alertSchema.safeParse(value)
  if (result.success) return result.data
  const fields = [...new Set(result.error.issues.map((issue) => issue.path.join('.') || 'its shape'))].join(', ')
  throw invalid(`An alert is not of schema 1 (${fields}).`)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // The parser's own message quotes the text, which may be anything.
    throw invalid('An alert is not JSON.')
  }
}

function invalid(message: string): MailtrailError<'ALERT_INVALID'> {
  return new MailtrailError('ALERT_INVALID', `${message} See which version of Mailtrail wrote it; it is not delivered.`)
}
