import type { ActivityApi, ContentDescriptor } from '@mailtrail/activity-api'
import {
  type Abortable,
  dayMs,
  type EntryContent,
  hourMs,
  isAskedAgain,
  type LedgerEntry,
  type Listing,
  listingAgeMs,
  listingDelayWithoutDateMs,
  MailtrailError,
  mergeContents,
  minuteMs,
  selectorVersion,
  windowsOver,
} from '@mailtrail/core'
import { ledgerKey, type ObjectStore, readLedger, writeLedgerEntry, writeRepair } from '@mailtrail/lake'
import type { Handler, ListTask, TaskContext, Turns } from '@mailtrail/queues'
import type { Clock } from '@mailtrail/runtime'
import type { TenantApis } from '@mailtrail/tenants'
import { noteRefusal, type RefusalDeps } from './refusals.ts'

export interface ListDeps extends RefusalDeps {
  readonly apis: Pick<TenantApis, 'open' | 'noteFailure'>
  readonly turns: Turns
  readonly clock: Clock
  /** The operations whose records are kept, by content type; written to every entry, for a window answers only for what its entry names. */
  readonly routes: Readonly<Record<string, readonly string[]>>
}

/**
 * Lists a span completely and writes what it lists to the ledger before the first content is queued, so that contents outlive Redis and
 * the listing limit. A sweep names only what no entry names yet.
 *
 * @throws {@link MailtrailError} `LISTING_TOO_EARLY` when the service's clock says that the span can still grow
 */
export function createListHandler(deps: ListDeps): Handler<ListTask> {
  return async (task, context) => {
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(listingTimeoutMs)])
    let api: ActivityApi | undefined
    try {
      api = await deps.apis.open(task.tenantId, { signal })
      await deps.subscriptions.ensure(task.tenantId, task.contentType, api)
      const listed = await listSpan(api, task, deps.clock, { signal })
      await deps.brakes.release(task.tenantId)
      await enter(deps, task, listed, { signal, log: context.log })
    } catch (error) {
      throw await noteRefusal(deps, { tenantId: task.tenantId, contentType: task.contentType, api }, error)
    }
  }
}

/** Writes the listing to the ledger, then offers what is to be fetched. */
async function enter(
  deps: ListDeps,
  task: ListTask,
  { listing, contents }: ListedSpan,
  { signal, log }: Pick<TaskContext, 'signal' | 'log'>,
): Promise<void> {
  refuseEarlyListing(task, listing)
  const lake = await deps.lakes.open(task.tenantId)
  const entries = task.entry === 'listed' || contents.length === 0 ? [] : await readKnown(lake, task, { signal })
  const known = mergeContents(entries)
  const named = contents.filter(({ id }) => !known.has(id))
  const entry: LedgerEntry = {
    tenantId: task.tenantId,
    contentType: task.contentType,
    start: task.start,
    end: task.end,
    // Nothing is left to wait for in an empty window.
    entry: task.entry === 'listed' && named.length === 0 ? 'seal' : task.entry,
    writtenAt: deps.clock.now(),
    listing,
    operations: deps.routes[task.contentType] ?? [],
    selectorVersion,
    contents: named,
  }
  const written = (await writeLedgerEntry(lake, entry, { signal })) === 'created' ? entry : await writeRepair(lake, entry, { signal })
  log.info({
    event: 'span.listed',
    entry: task.entry,
    start: task.start,
    pages: listing.pages,
    contents: contents.length,
    named: named.length,
  })
  if (written) await offer(deps, task, written)
  const again = new Set(
    contents.flatMap(({ id }) => {
      const content = known.get(id)
      return content && isAskedAgain(content) ? [id] : []
    }),
  )
  for (const listed of entries) if (listed.listing && listed.contents.some(({ id }) => again.has(id))) await offer(deps, task, listed)
}

/** To name once more what an earlier day's sweep has named costs a fetch, and that is rare: sweeps of hours go without reading all of those. */
function readKnown(lake: ObjectStore, { tenantId, start, end }: ListTask, options: Abortable): Promise<LedgerEntry[]> {
  return readLedger(lake, tenantId, { from: start, to: end }, { isOwnDaysOnly: end - start <= hourMs, ...options })
}

/** A listing that takes longer holds up its tenant's others; it is tried again from its first page. */
const listingTimeoutMs = 5 * minuteMs

async function offer({ turns }: ListDeps, { lane }: ListTask, entry: LedgerEntry): Promise<void> {
  const { tenantId, contents } = entry
  if (contents.length === 0) return
  const expiration = contents.reduce((first, content) => Math.min(first, content.expiration), Number.POSITIVE_INFINITY)
  await turns.offer({ tenantId, entryKey: ledgerKey(tenantId, entry, entry.entry), total: contents.length, expiration, lane })
}

interface ListedSpan {
  readonly listing: Listing
  readonly contents: readonly EntryContent[]
}

/** The service lists at most 24 hours a call. */
async function listSpan(api: ActivityApi, { contentType, start, end }: ListTask, clock: Clock, options: Abortable): Promise<ListedSpan> {
  const contents = new Map<string, EntryContent>()
  let pages = 0
  let serviceDate: number | null = Number.POSITIVE_INFINITY
  const localDate = clock.now()
  for (const day of windowsOver({ from: start, to: end }, dayMs)) {
    const query = { contentType, start: Math.max(day.from, start), end: Math.min(day.to, end) }
    let first = true
    for await (const page of api.listContent(query, options)) {
      if (first) serviceDate = page.serviceDate === undefined || serviceDate === null ? null : Math.min(serviceDate, page.serviceDate)
      first = false
      pages += 1
      for (const content of page.contents) contents.set(content.contentId, pendingContent(content))
    }
  }
  return { listing: { serviceDate, localDate, pages, contents: contents.size }, contents: [...contents.values()] }
}

function pendingContent({ contentId, contentUri, contentCreated, contentExpiration }: ContentDescriptor): EntryContent {
  return {
    id: contentId,
    uri: contentUri,
    created: contentCreated,
    expiration: contentExpiration,
    outcome: 'pending',
    recordsSeen: 0,
    recordsKept: 0,
    bodySha256: null,
    objects: [],
  }
}

/** A listing made by a clock that runs ahead proves nothing, and would take the create-only name of the one that does. */
function refuseEarlyListing({ tenantId, contentType, end, entry }: ListTask, { serviceDate, localDate }: Listing): void {
  const isLate =
    serviceDate === null ? entry === 'listed' && localDate >= end + listingDelayWithoutDateMs : serviceDate >= end + listingAgeMs(entry)
  if (isLate) return
  const spanEnd = new Date(end).toISOString()
  throw new MailtrailError(
    'LISTING_TOO_EARLY',
    `The ${entry} listing of ${contentType} of tenant ${tenantId} up to ${spanEnd} came too early by the service's clock and is dropped; it is due again. Check this machine's clock.`,
  )
}
