import type { AlertDelivery, AlertSink } from '@mailtrail/alerts'
import type { Abortable, TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import type { Clock, Logger } from '@mailtrail/runtime'
import { createDeliverHandler, type DeliverHandler } from './deliver-alert.ts'
import { startRescan } from './rescan.ts'

/** The queue of deliveries, as far as the notifier knows it. */
export interface DeliverJobs {
  /** Queues a delivery, unless it waits or runs already. */
  enqueue(delivery: AlertDelivery): Promise<void>
  /** Starts taking deliveries; disposing stops, and lets running ones finish. */
  work(handle: DeliverHandler): Promise<AsyncDisposable>
}

export interface NotifierDeps {
  /** The lake that holds a tenant's alerts. */
  readonly lakeOf: (tenantId: TenantId, options?: Abortable) => Promise<ObjectStore>
  readonly listTenants: (options: Abortable) => AsyncIterable<TenantId>
  /** Which of the named destinations the tenant's alerts go to. */
  readonly destinationsOf: (tenantId: TenantId, names: readonly string[], options: Abortable) => Promise<readonly string[]>
  /** Whoever made them closes them, after the notifier. */
  readonly sinks: readonly AlertSink[]
  readonly clock: Clock
  readonly deliverJobs: DeliverJobs
  readonly log: Logger
}

/** Delivers alerts to their destinations until disposed. */
export async function startNotifier({
  lakeOf,
  listTenants,
  destinationsOf,
  sinks,
  clock,
  deliverJobs,
  log,
}: NotifierDeps): Promise<AsyncDisposable> {
  // Final failures leave the queue, so without this each pass would bring them back. A restart, with its new configuration, tries again.
  const gone = new Set<string>()
  const names = sinks.map(({ name }) => name)
  const destinations = (tenantId: TenantId, options: Abortable): Promise<readonly string[]> =>
    destinationsOf(
      tenantId,
      names.filter((name) => !gone.has(name)),
      options,
    )

  const running = new AsyncDisposableStack()
  running.use(await deliverJobs.work(createDeliverHandler({ lakeOf, sinks, clock, gone })))
  const enqueue = (delivery: AlertDelivery): Promise<void> => deliverJobs.enqueue(delivery)
  running.use(startRescan({ lakeOf, listTenants, destinations, enqueue, clock, log }))
  return running
}
