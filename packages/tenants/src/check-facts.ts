import type { Access, SubscriptionList } from '@mailtrail/activity-api'
import type { TenantId } from '@mailtrail/core'

/** Why something could not be had. */
export interface CheckFailure {
  /** Ours, as in docs/errors.md. */
  readonly code: string
  readonly vendorCode?: string | undefined
  /** HTTP status; absent when no answer came. */
  readonly status?: number | undefined
}

/** What a step brought; undefined where it was not taken, because one before it failed. */
export type Attempt<T> = { readonly value: T } | { readonly failure: CheckFailure } | undefined

/** One credential of the tenant's app, and how it fared by itself. */
export interface CredentialFact {
  /** Kind of its reference: `env`, `file`, `sealed`, … */
  readonly reference: string
  /** Undefined when it could not be read. */
  readonly kind: 'certificate' | 'secret' | undefined
  /** UTC milliseconds; undefined for a secret, and for PEM that cannot be used. */
  readonly expiresAt?: number | undefined
  /** What a sign-in with it alone brought, or why it could not be read. */
  readonly signIn: Attempt<Access>
}

/** Days of the ledger that are looked at for records, which is as long as the service lists, and a day. */
export const arrivalDays = 8

/** How the arrival of records stands, by history and ledger. UTC milliseconds. */
export interface ArrivalFact {
  /** When a check first showed the subscription enabled, by the service's clock; undefined when none did. */
  readonly verifiedAt: number | undefined
  /** `contentCreated` of the newest stored content with records of any kind, and with records of MailItemsAccessed. */
  readonly recordsAt: number | undefined
  readonly mailRecordsAt: number | undefined
  /** Whether anything was listed in the days looked at. */
  readonly isListed: boolean
}

/** The fleet's request budget of the tenant. */
export interface BudgetFact {
  readonly requestsPerMinute: number
  readonly remaining: number
  readonly pausedForMs: number
}

/** Everything a judgement rests on. */
export interface CheckFacts {
  readonly tenantId: TenantId
  readonly cloud: string
  /** The tenant's own app registration; undefined where it is the fleet's. */
  readonly ownClientId: string | undefined
  /** UTC milliseconds, by our clock. */
  readonly at: number
  /** The service's own time, where an answer told it. */
  readonly serviceNow: number | undefined
  /** Why no call could be prepared: a cloud or an app that is not there. */
  readonly setUp?: CheckFailure | undefined
  readonly publisherId: string | undefined
  readonly credentials: readonly CredentialFact[]
  /** A start of the subscription, where one was asked for and due. */
  readonly start: Attempt<true>
  readonly subscriptions: Attempt<SubscriptionList>
  /** A listing of the last minutes, where the subscription may be enabled. */
  readonly listing: Attempt<true>
  /** Undefined when nobody was asked. */
  readonly budget: BudgetFact | undefined
  readonly arrival: Attempt<ArrivalFact>
}

export function resultOf<T>(attempt: Attempt<T>): T | undefined {
  return attempt !== undefined && 'value' in attempt ? attempt.value : undefined
}

export function failureOf(attempt: Attempt<unknown>): CheckFailure | undefined {
  return attempt !== undefined && 'failure' in attempt ? attempt.failure : undefined
}

/** What the first credential that was taken grants. */
export function accessOf({ credentials }: Pick<CheckFacts, 'credentials'>): Access | undefined {
  return credentials.map(({ signIn }) => resultOf(signIn)).find((access) => access !== undefined)
}

/** Why sign-ins failed, in their order. */
export function signInFailures({ credentials }: CheckFacts): CheckFailure[] {
  return credentials.flatMap(({ signIn }) => failureOf(signIn) ?? [])
}

/** Why calls to the feed failed, in their order. */
export function feedFailures({ subscriptions, start, listing }: CheckFacts): CheckFailure[] {
  return [subscriptions, start, listing].flatMap((attempt) => failureOf(attempt) ?? [])
}
