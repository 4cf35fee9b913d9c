import { type ActivityApi, ActivityApiError } from '@mailtrail/activity-api'
import { type Alert, amendedAlert, contentAlert, raiseAlert, raiseThrottled } from '@mailtrail/alerts'
import { type Compression, type EntryContent, listableMs, MailtrailError, minuteMs, type TenantId } from '@mailtrail/core'
import { contentHash, type ObjectStore } from '@mailtrail/lake'
import type { Receipt, TaskContext, WorkQueues } from '@mailtrail/queues'
import type { Clock } from '@mailtrail/runtime'
import { readDestinations } from '@mailtrail/tenants'
import { type FetchedContent, fetchContent } from './fetch-content.ts'
import { mayAmend, type NamedIn } from './may-amend.ts'
import { storeBadBody } from './quarantine.ts'

export interface SettleDeps {
  /** Where the tenants are registered. */
  readonly fleetLake: ObjectStore
  readonly queues: WorkQueues
  readonly clock: Clock
  /** Names of the configured destinations. */
  readonly destinations: readonly string[]
  readonly spoolFolder: string
  readonly compression: Compression
  /** How long after an event its record is waited for. */
  readonly horizonMs: number
}

/** A content that takes longer holds up its tenant's others; it is tried again. */
const contentTimeoutMs = 15 * minuteMs

export interface ContentWork {
  readonly tenantId: TenantId
  /** The tenant's own. */
  readonly lake: ObjectStore
  readonly operations: readonly string[]
  readonly content: Pick<EntryContent, 'id' | 'uri' | 'created' | 'expiration'>
  readonly namedIn: NamedIn
  readonly api: ActivityApi
}

/** Fetches and stores one content and raises what it tells of, in this order, so that a receipt vouches for all of it. */
export async function settleContent(
  deps: SettleDeps,
  work: ContentWork,
  context: Pick<TaskContext, 'signal' | 'log' | 'lastAttempt'>,
): Promise<Receipt> {
  const { tenantId, lake, operations, content, api, namedIn } = work
  const { spoolFolder, compression, horizonMs } = deps
  const { log } = context
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(contentTimeoutMs)])
  try {
    const isLate = mayAmend(namedIn, horizonMs)
    const options = { tenantId, api, lake, spoolFolder, compression, operations: new Set(operations), isLate, signal }
    const fetched = await fetchContent(content, options)
    await raiseFindings(deps, work, fetched)
    const { recordsSeen, recordsKept, bodySha256, objects, quarantined } = fetched
    log.info({ event: 'content.stored', contentHash: contentHash(content.id), recordsSeen, recordsKept, quarantined })
    return { id: content.id, outcome: quarantined > 0 ? 'quarantined' : 'stored', recordsSeen, recordsKept, bodySha256, objects }
  } catch (error) {
    const outcome = finalOutcome(error, content, { now: deps.clock.now(), lastAttempt: context.lastAttempt })
    if (outcome === undefined || !(error instanceof MailtrailError)) throw repeatWhatMayPass(error)
    if (outcome === 'quarantined') {
      await storeBadBody(lake, { tenantId, content, reason: error.code, api, spoolFolder }, { signal })
      await raise(deps, lake, quarantineAlert(deps, work, error.code, 0))
    }
    log.error({ event: 'content.lost', contentHash: contentHash(content.id), outcome, code: error.code })
    return { id: content.id, outcome, recordsSeen: 0, recordsKept: 0, bodySha256: null, objects: [] }
  }
}

/**
 * The outcome that ends a content without its records; undefined while trying again may help. A content is expired by the service's word: its code, or
 * any failure that it dates past the expiration, and our clock too. Called expired before its time, it is a content that the service does not have.
 */
function finalOutcome(
  error: unknown,
  content: ContentWork['content'],
  { now, lastAttempt }: { readonly now: number; readonly lastAttempt: boolean },
): 'expired' | 'missing' | 'quarantined' | undefined {
  if (!(error instanceof MailtrailError)) return undefined
  if (isPastExpiration(error, content, now)) return 'expired'
  if (!lastAttempt) return undefined
  if (isNotThere(error)) return 'missing'
  return error.code.startsWith('BODY_') ? 'quarantined' : undefined
}

function isPastExpiration(error: MailtrailError, { created, expiration }: ContentWork['content'], now: number): boolean {
  // The token service has a clock of its own, and its refusals say nothing of a content.
  const serviceDate = error instanceof ActivityApiError && error.operation !== 'login' ? error.serviceDate : undefined
  if (error.code !== 'ACTIVITY_API_CONTENT_EXPIRED') return serviceDate !== undefined && serviceDate >= expiration && now >= expiration
  // Contents are documented to be kept for seven days, whatever longer time their descriptor names.
  return serviceDate === undefined || serviceDate >= Math.min(expiration, created + listableMs)
}

function isNotThere({ code }: MailtrailError): boolean {
  return code === 'ACTIVITY_API_CONTENT_MISSING' || code === 'ACTIVITY_API_CONTENT_EXPIRED'
}

/** A content that is not there, or a body that makes no sense, may be right a moment later; only the last attempt believes it. */
function repeatWhatMayPass(error: unknown): unknown {
  const mayPass = error instanceof MailtrailError && (isNotThere(error) || error.code.startsWith('BODY_'))
  return mayPass ? new MailtrailError(error.code, error.message, { cause: error, retry: { again: true } }) : error
}

async function raiseFindings(deps: SettleDeps, work: ContentWork, fetched: FetchedContent): Promise<void> {
  const { tenantId, lake, content, namedIn } = work
  const { contentType, listing } = namedIn
  const raisedAt = deps.clock.now()
  for (const { mailboxGuid, flaggedAt } of fetched.flagged) {
    const { alert } = await raiseThrottled(lake, { tenantId, mailboxGuid, flaggedAt, raisedAt })
    await announce(deps, alert)
  }
  for (const date of fetched.lateDates) {
    const late = { contentType, eventDate: date, enteredAt: listing?.serviceDate ?? content.created }
    await raise(deps, lake, amendedAlert(tenantId, late, raisedAt))
  }
  if (fetched.quarantined > 0) await raise(deps, lake, quarantineAlert(deps, work, 'records', fetched.quarantined))
  if (fetched.variants.length > 0) {
    const cause = { kind: 'content.variant' as const, contentHash: contentHash(content.id), reason: 'differs', created: content.created }
    await raise(deps, lake, contentAlert(tenantId, { ...cause, count: fetched.variants.length }, raisedAt))
  }
}

function quarantineAlert({ clock }: SettleDeps, { tenantId, content }: ContentWork, reason: string, count: number): Alert {
  const cause = { kind: 'content.quarantined' as const, contentHash: contentHash(content.id), reason, created: content.created, count }
  return contentAlert(tenantId, cause, clock.now())
}

async function raise(deps: SettleDeps, lake: ObjectStore, alert: Alert): Promise<void> {
  await raiseAlert(lake, alert)
  await announce(deps, alert)
}

async function announce({ fleetLake, queues, destinations }: SettleDeps, { tenantId, date, id }: Alert): Promise<void> {
  for (const destination of await readDestinations(fleetLake, tenantId, destinations))
    await queues.alert({ tenantId, date, alertId: id, destination })
}
