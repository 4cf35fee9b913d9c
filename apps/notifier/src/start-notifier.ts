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
  work(handle: DeliverHandler): AsyncDisposable
}

export interface NotifierDeps {
  /** The lake that holds a tenant's alerts. */
  readonly lakeOf: (tenantId: TenantId) => ObjectStore
  readonly listTenants: (options: Abortable) => AsyncIterable<TenantId>
  /** Every alert goes to each of them; whoever made them closes them, after the notifier. */
  readonly sinks: readonly AlertSink[]
  readonly clock: Clock
  readonly deliverJobs: DeliverJobs
  readonly log: Logger
}

/** Delivers alerts to all destinations until disposed. */
export function startNotifier({ lakeOf, listTenants, sinks, clock, deliverJobs, log }: NotifierDeps): AsyncDisposable {
  // Final failures leave the queue, so without this each pass would bring them back. A restart, with its new configuration, tries again.
  const gone = new Set<string>()
  const names = sinks.map(({ name }) => name)
  const destinations = (): readonly string[] => names.filter((name) => !gone.has(name))

  const running = new AsyncDisposableStack()
  running.use(deliverJobs.work(createDeliverHandler({ lakeOf, sinks, clock, gone })))
  const enqueue = (delivery: AlertDelivery): Promise<void> => deliverJobs.enqueue(delivery)
  running.use(startRescan({ lakeOf, listTenants, destinations, enqueue, clock, log }))
  return running
}
