import { type ActivityApi, ActivityApiError } from '@mailtrail/activity-api'
import { type Alert, contentAlert, raiseAlert, raiseThrottled } from '@mailtrail/alerts'
import {
  type Abortable,
  type EntryContent,
  type EntrySpan,
  eachConcurrently,
  isFetchable,
  type LedgerEntry,
  listableMs,
  MailtrailError,
  mergeContents,
  minuteMs,
  type TenantId,
} from '@mailtrail/core'
import { contentHash, type ObjectStore, readEntryGroup, readLedgerEntry } from '@mailtrail/lake'
import {
  type Handler,
  longestDelayMs,
  type Receipt,
  type Receipts,
  type TaskContext,
  type TenantBrakes,
  type Turns,
  type TurnTask,
  type WorkQueues,
} from '@mailtrail/queues'
import type { Clock } from '@mailtrail/runtime'
import { readDestinations, type TenantApis, type TenantLakes } from '@mailtrail/tenants'
import { type FetchedContent, fetchContent } from './fetch-content.ts'
import { storeBadBody } from './quarantine.ts'

export interface TurnDeps {
  /** Where the tenants are registered. */
  readonly fleetLake: ObjectStore
  readonly lakes: Pick<TenantLakes, 'open'>
  readonly apis: Pick<TenantApis, 'open' | 'noteFailure'>
  readonly brakes: Pick<TenantBrakes, 'hold'>
  readonly receipts: Receipts
  readonly turns: Turns
  readonly queues: WorkQueues
  readonly clock: Clock
  /** Names of the configured destinations. */
  readonly destinations: readonly string[]
  readonly spoolFolder: string
}

/** A content that takes longer holds up its tenant's others; it is tried again. */
const contentTimeoutMs = 15 * minuteMs

/** Contents of one turn in flight at a time. */
const contentsAtOnce = 4

/**
 * Fetches a tenant's next few contents. What succeeds is reported at once, so that a turn done again does only what is missing; whoever
 * reports the last content of a listing has its span sealed.
 */
export function createTurnHandler(deps: TurnDeps): Handler<TurnTask> {
  return async (task, context) => {
    try {
      await runTurn(deps, task, context)
    } catch (error) {
      // What refuses the whole tenant ends the turn: the scheduler offers its contents again once a probe succeeds.
      deps.apis.noteFailure(task.tenantId, error)
      const found = await deps.brakes.hold(task.tenantId, error, deps.clock.now())
      if (isFinal(found, context)) await deps.turns.release(task.tenantId, task.turnId)
      throw found
    }
    await deps.turns.release(task.tenantId, task.turnId)
  }
}

async function runTurn(deps: TurnDeps, { tenantId, entryKey, offset, count }: TurnTask, context: TaskContext): Promise<void> {
  const { receipts, queues } = deps
  const { signal } = context
  const lake = await deps.lakes.open(tenantId, { signal })
  const entry = await readLedgerEntry(lake, entryKey, { signal })
  const api = await deps.apis.open(tenantId, { signal })
  const unstored = await unstoredContents(lake, entry, { signal })
  const turn = entry.contents.slice(offset, offset + count).filter(({ id }) => unstored.has(id))
  const reported = await receipts.read(
    tenantId,
    entry,
    turn.map(({ id }) => id),
  )
  const waiting = turn.filter(({ id }) => !reported.has(id))

  const failures: unknown[] = []
  await eachConcurrently(waiting, { limit: contentsAtOnce }, async (content) => {
    try {
      const receipt = await settleContent(deps, { tenantId, lake, operations: entry.operations, content, api }, context)
      await receipts.add(tenantId, entry, receipt)
    } catch (error) {
      failures.push(error)
    }
  })

  // The failure that keeps the turn alive longest speaks for it.
  if (failures.length > 0) throw failures.find(isSetAside) ?? failures.find(isWorthRepeating) ?? failures[0]
  if ((await receipts.count(tenantId, entry)) >= unstored.size) await queues.seal({ ...spanOf(entry), overdue: false })
}

/** Contents of the entry's span that may still be fetched: listed, and not accounted for by any entry of the span. */
async function unstoredContents(lake: ObjectStore, entry: LedgerEntry, options: Abortable): Promise<ReadonlySet<string>> {
  const known = mergeContents(await readEntryGroup(lake, entry.tenantId, entry, options))
  return new Set([...known.values()].filter(isFetchable).map(({ id }) => id))
}

export interface ContentWork {
  readonly tenantId: TenantId
  /** The tenant's own. */
  readonly lake: ObjectStore
  readonly operations: readonly string[]
  readonly content: Pick<EntryContent, 'id' | 'uri' | 'created' | 'expiration'>
  readonly api: ActivityApi
}

/** Fetches and stores one content and raises what it tells of, in this order, so that a receipt vouches for all of it. */
export async function settleContent(
  deps: TurnDeps,
  work: ContentWork,
  context: Pick<TaskContext, 'signal' | 'log' | 'lastAttempt'>,
): Promise<Receipt> {
  const { tenantId, lake, operations, content, api } = work
  const { spoolFolder } = deps
  const { log } = context
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(contentTimeoutMs)])
  try {
    const options = { tenantId, api, lake, spoolFolder, operations: new Set(operations), signal }
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

async function raiseFindings(deps: TurnDeps, work: ContentWork, fetched: FetchedContent): Promise<void> {
  const { tenantId, lake, content } = work
  const raisedAt = deps.clock.now()
  for (const { mailboxGuid, flaggedAt } of fetched.flagged) {
    const { alert } = await raiseThrottled(lake, { tenantId, mailboxGuid, flaggedAt, raisedAt })
    await announce(deps, alert)
  }
  if (fetched.quarantined > 0) await raise(deps, lake, quarantineAlert(deps, work, 'records', fetched.quarantined))
  if (fetched.variants.length > 0) {
    const cause = { kind: 'content.variant' as const, contentHash: contentHash(content.id), reason: 'differs', created: content.created }
    await raise(deps, lake, contentAlert(tenantId, { ...cause, count: fetched.variants.length }, raisedAt))
  }
}

function quarantineAlert({ clock }: TurnDeps, { tenantId, content }: ContentWork, reason: string, count: number): Alert {
  const cause = { kind: 'content.quarantined' as const, contentHash: contentHash(content.id), reason, created: content.created, count }
  return contentAlert(tenantId, cause, clock.now())
}

async function raise(deps: TurnDeps, lake: ObjectStore, alert: Alert): Promise<void> {
  await raiseAlert(lake, alert)
  await announce(deps, alert)
}

async function announce({ fleetLake, queues, destinations }: TurnDeps, { tenantId, date, id }: Alert): Promise<void> {
  for (const destination of await readDestinations(fleetLake, tenantId, destinations))
    await queues.alert({ tenantId, date, alertId: id, destination })
}

function spanOf({ tenantId, contentType, start, end }: LedgerEntry): EntrySpan & { readonly tenantId: TenantId } {
  return { tenantId, contentType, start, end }
}

/** Whether the error names a time to wait, as throttling does; the job then spends no attempt. */
function isSetAside(error: unknown): boolean {
  return error instanceof MailtrailError && error.retry.again && error.retry.afterMs !== undefined && error.retry.afterMs <= longestDelayMs
}

/** Whether it has to wait longer than a job stays in the queue. */
function isPutOff(error: unknown): boolean {
  return error instanceof MailtrailError && error.retry.again && error.retry.afterMs !== undefined && !isSetAside(error)
}

function isWorthRepeating(error: unknown): boolean {
  return !(error instanceof MailtrailError) || error.retry.again
}

function isFinal(error: unknown, { lastAttempt }: TaskContext): boolean {
  return !isWorthRepeating(error) || (!isSetAside(error) && (lastAttempt || isPutOff(error)))
}
