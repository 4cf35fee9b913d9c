import { type AlertDelivery, undeliveredAlerts } from '@mailtrail/alerts'
import { type Abortable, dayMs, minuteMs, type TenantId, utcDate } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import type { Clock, Logger } from '@mailtrail/runtime'

export interface RescanDeps {
  /** The lake that holds a tenant's alerts. */
  readonly lakeOf: (tenantId: TenantId, options?: Abortable) => Promise<ObjectStore>
  readonly listTenants: (options: Abortable) => AsyncIterable<TenantId>
  /** Names of the destinations that the tenant's alerts are owed to. */
  readonly destinations: (tenantId: TenantId, options: Abortable) => Promise<readonly string[]>
  /** Queues a delivery, unless it waits or runs already. */
  readonly enqueue: (delivery: AlertDelivery) => Promise<void>
  readonly clock: Clock
  readonly log: Logger
}

/**
 * How old the cause of an alert may be that is still looked for. A listing reaches 7 days back, its records come up to 3 days late,
 * and a destination may be down for some days after that.
 */
const owedMs = 14 * dayMs

/** A skewed clock may date an event tomorrow. */
const aheadMs = dayMs

/**
 * Queues again, now and every minute, what the lake says is not delivered: a lost queue is whole again after one pass.
 *
 * Disposing stops the pass under way.
 */
export function startRescan(deps: RescanDeps): AsyncDisposable {
  const ending = new AbortController()
  const pass = (): Promise<void> => rescanOrLog(deps, ending.signal)
  let running = pass()
  const timer = deps.clock.every(minuteMs, async () => {
    await running
    running = pass()
    await running
  })
  return {
    [Symbol.asyncDispose]: async () => {
      timer[Symbol.dispose]()
      ending.abort()
      await running
    },
  }
}

/**
 * One pass over all tenants. A tenant whose lake fails is passed over until the next; a queue that fails ends the pass.
 *
 * @returns how many deliveries were handed to the queue
 */
export async function rescan(deps: Omit<RescanDeps, 'clock'>, now: number, options: Abortable = {}): Promise<number> {
  let owed = 0
  for await (const tenantId of deps.listTenants(options)) {
    for await (const delivery of owedBy(tenantId, deps, now, options)) {
      await deps.enqueue(delivery)
      owed += 1
    }
  }
  return owed
}

async function* owedBy(
  tenantId: TenantId,
  { lakeOf, destinations, log }: Omit<RescanDeps, 'clock'>,
  now: number,
  options: Abortable,
): AsyncGenerator<AlertDelivery, void, undefined> {
  const range = { from: utcDate(now - owedMs), to: utcDate(now + aheadMs) }
  try {
    const [lake, names] = [await lakeOf(tenantId, options), await destinations(tenantId, options)]
    for await (const delivery of undeliveredAlerts(lake, tenantId, names, range, options)) {
      options.signal?.throwIfAborted()
      yield delivery
    }
  } catch (error) {
    options.signal?.throwIfAborted()
    log.warn({ event: 'alerts.rescan_skipped', tenantId, code: codeOf(error) })
  }
}

async function rescanOrLog(deps: RescanDeps, signal: AbortSignal): Promise<void> {
  try {
    const owed = await rescan(deps, deps.clock.now(), { signal })
    if (owed > 0) deps.log.info({ event: 'alerts.rescanned', owed })
  } catch (error) {
    if (!signal.aborted) deps.log.warn({ event: 'alerts.rescan_failed', code: codeOf(error) })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
}
