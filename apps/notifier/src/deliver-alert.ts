import { type AlertDelivery, type AlertSink, isDelivered, markDelivered, readAlert } from '@mailtrail/alerts'
import { type Abortable, MailtrailError, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import type { Clock, Logger } from '@mailtrail/runtime'

/** One alert owed to one destination, as the queue carries it. */
export interface DeliverTask extends AlertDelivery {
  readonly v: 1
}

export interface DeliverContext {
  readonly signal: AbortSignal
  readonly log: Logger
  /** Counts from 1. */
  readonly attempt: number
}

export type DeliverHandler = (task: DeliverTask, context: DeliverContext) => Promise<void>

export interface DeliverDeps {
  /** The lake that holds a tenant's alerts. */
  readonly lakeOf: (tenantId: TenantId, options?: Abortable) => Promise<ObjectStore>
  readonly sinks: readonly AlertSink[]
  readonly clock: Pick<Clock, 'now'>
  /** Names of destinations that want no more; kept up to date here. */
  readonly gone: Set<string>
}

/**
 * Delivers one alert to one destination, and records that in the lake. A crash between the two delivers it again, under the same id.
 *
 * The handler throws what the sink and the lake throw, and {@link MailtrailError} `ALERT_DESTINATION_UNKNOWN` or `ALERT_MISSING`.
 */
export function createDeliverHandler({ lakeOf, sinks, clock, gone }: DeliverDeps): DeliverHandler {
  const sinkByName = new Map(sinks.map((sink) => [sink.name, sink]))
  return async (task, { signal, log, attempt }) => {
    const sink = sinkByName.get(task.destination) ?? unknownDestination(task)
    const lake = await lakeOf(task.tenantId, { signal })
    if (await isDelivered(lake, task, { signal })) return
    const alert = (await readAlert(lake, task, { signal })) ?? missingAlert(task)

    const { status } = await deliverOrNoteGone(sink, () => sink.deliver(alert, { signal, at: clock.now() }), gone)
    // Without the signal: what was accepted is recorded even when the process is asked to end.
    await markDelivered(lake, task, { at: clock.now(), attempts: attempt, status, webhookId: alert.id })
    log.info({ event: 'alert.delivered', alertId: alert.id, kind: alert.kind, destination: sink.name, status, attempt })
  }
}

async function deliverOrNoteGone<T>(sink: AlertSink, deliver: () => Promise<T>, gone: Set<string>): Promise<T> {
  try {
    const answer = await deliver()
    gone.delete(sink.name)
    return answer
  } catch (error) {
    if (error instanceof MailtrailError && error.code === 'ALERT_DESTINATION_GONE') gone.add(sink.name)
    throw error
  }
}

function unknownDestination({ destination, alertId, tenantId }: DeliverTask): never {
  throw new MailtrailError(
    'ALERT_DESTINATION_UNKNOWN',
    `Alert ${alertId} of tenant ${tenantId} is owed to "${destination}", which is not configured. Configure it again, or drop the job.`,
  )
}

function missingAlert({ tenantId, date, alertId }: DeliverTask): never {
  throw new MailtrailError(
    'ALERT_MISSING',
    `The lake of tenant ${tenantId} has no alert ${alertId} of ${date}. Alerts are written before they are queued: see whether the lake is the right one.`,
  )
}
