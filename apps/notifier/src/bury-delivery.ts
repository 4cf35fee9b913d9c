import { deliveryDeadAlert, raiseAlert, readAlert } from '@mailtrail/alerts'
import { type Abortable, dayMs, failureOf, isOwnFault, MailtrailError, type TenantId } from '@mailtrail/core'
import { buryWork, type EndedJobs, noPatience, type ObjectStore, usualPatience } from '@mailtrail/lake'
import type { AlertTask, Bury } from '@mailtrail/queues'
import type { Clock } from '@mailtrail/runtime'

export interface BuryDeliveryDeps {
  /** The lake that holds a tenant's alerts. */
  readonly lakeOf: (tenantId: TenantId, options?: Abortable) => Promise<ObjectStore>
  readonly endedJobs: EndedJobs
  readonly clock: Pick<Clock, 'now'>
}

/** A destination that is down may come back for so long before its deliveries are told of. They go on all the same. */
const downMs = 3 * dayMs

/**
 * Tells of deliveries that a destination wants no more of, that fail by the alert's own fault, or that have failed for three days. Each destination raises one
 * `delivery.dead` a tenant and day, which reaches the others; that of such an alert raises none.
 */
export function createDeliveryBurial({ lakeOf, endedJobs, clock }: BuryDeliveryDeps): Bury<AlertTask> {
  return async ({ tenantId, date, alertId, destination }, error, { attempt, signal, log }) => {
    const lake = await lakeOf(tenantId, { signal })
    const now = clock.now()
    const alert = await readAlert(lake, { tenantId, date, alertId }, { signal }).catch(() => undefined)
    const isRefused = error instanceof MailtrailError && error.code === 'ALERT_DESTINATION_GONE'
    const isOverdue = alert !== undefined && now >= Date.parse(alert.raisedAt) + downMs
    const patience = isRefused || isOverdue ? noPatience : isOwnFault(error) ? usualPatience : { jobs: 1, ms: downMs }
    const work = { stage: 'alerts', date, alertId, destination } as const
    const failure = failureOf(error, now)
    if (!(await buryWork(lake, endedJobs, { tenantId, work, expires: null, failure, attempts: attempt, patience }, { signal }))) return
    log.error({ event: 'alert.dead', alertId, destination, code: failure.code })
    if (alert?.kind !== 'delivery.dead')
      await raiseAlert(lake, deliveryDeadAlert(tenantId, { destination, reason: failure.code }, now), { signal })
  }
}
