import type { ActivityApi, ContentDescriptor } from '@mailtrail/activity-api'
import {
  type Abortable,
  dayMs,
  type EntryContent,
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
import type { Handler, ListTask, Turns } from '@mailtrail/queues'
import type { Clock } from '@mailtrail/runtime'
import type { TenantApis } from '@mailtrail/tenants'
import { keptOperations } from './kept-operations.ts'
import type { Subscriptions } from './subscriptions.ts'

export interface ListDeps {
  readonly lake: ObjectStore
  readonly apis: TenantApis
  readonly turns: Turns
  readonly subscriptions: Subscriptions
  readonly clock: Clock
}

/**
 * Lists a span completely and writes what it lists to the ledger before the first content is queued, so that contents outlive Redis and
 * the listing limit. A sweep names only what no entry names yet.
 *
 * @throws {@link MailtrailError} `LISTING_TOO_EARLY` when the service's clock says that the span can still grow
 */
export function createListHandler(deps: ListDeps): Handler<ListTask> {
  return async (task, context) => {
    const { lake, clock } = deps
    const { log } = context
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(listingTimeoutMs)])
    const api = await deps.apis.open(task.tenantId, { signal })
    await deps.subscriptions.ensure(task.tenantId, task.contentType, api)
    const { listing, contents } = await listSpan(api, task, clock, { signal }).catch((error) => onRefusal(deps, task, api, error))
    refuseEarlyListing(task, listing)

    const entries = task.entry === 'listed' ? [] : await readLedger(lake, task.tenantId, { from: task.start, to: task.end }, { signal })
    const known = mergeContents(entries)
    const named = contents.filter(({ id }) => !known.has(id))
    const entry: LedgerEntry = {
      tenantId: task.tenantId,
      contentType: task.contentType,
      start: task.start,
      end: task.end,
      // Nothing is left to wait for in an empty window.
      entry: task.entry === 'listed' && named.length === 0 ? 'seal' : task.entry,
      writtenAt: clock.now(),
      listing,
      operations: keptOperations,
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
    if (written) await offer(deps, written)
    // What the service could not deliver before is asked for again whenever it lists it again.
    const isMissing = ({ id }: EntryContent): boolean => known.get(id)?.outcome === 'missing'
    const missing = new Set(contents.filter(isMissing).map(({ id }) => id))
    for (const listed of entries) if (listed.listing && listed.contents.some(({ id }) => missing.has(id))) await offer(deps, listed)
  }
}

/** A listing that takes longer holds up its tenant's others; it is tried again from its first page. */
const listingTimeoutMs = 5 * minuteMs

async function offer({ turns }: ListDeps, entry: LedgerEntry): Promise<void> {
  const { tenantId, start, contents } = entry
  if (contents.length === 0) return
  await turns.offer({ tenantId, entryKey: ledgerKey(tenantId, entry, entry.entry), total: contents.length, start })
}

/** The service lists at most 24 hours a call. */
async function listSpan(
  api: ActivityApi,
  { contentType, start, end }: ListTask,
  clock: Clock,
  options: Abortable,
): Promise<{ listing: Listing; contents: EntryContent[] }> {
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

async function onRefusal(deps: ListDeps, { tenantId, contentType }: ListTask, api: ActivityApi, error: unknown): Promise<never> {
  const { subscriptions, apis } = deps
  const code = error instanceof MailtrailError ? error.code : undefined
  if (code === 'ACTIVITY_API_SUBSCRIPTION_MISSING') await subscriptions.lost(tenantId, contentType, api, 'missing')
  if (code === 'ACTIVITY_API_SUBSCRIPTION_DISABLED') await subscriptions.lost(tenantId, contentType, api, 'disabled')
  // The credential may have been replaced since it was read.
  if (code === 'ACTIVITY_API_LOGIN_FAILED') apis.forget(tenantId)
  throw error
}
