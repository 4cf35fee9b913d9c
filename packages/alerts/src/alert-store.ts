import { type Abortable, MailtrailError, type TenantId } from '@mailtrail/core'
import { alertKey, deliveredKey, type ObjectStore } from '@mailtrail/lake'
import { type Alert, checkAlert, parseAlert } from './alert.ts'

/** Names one alert in a tenant's lake. */
export interface AlertRef {
  readonly tenantId: TenantId
  /** The alert's partition, `YYYY-MM-DD`. */
  readonly date: string
  readonly alertId: string
}

/** One alert on its way to one destination: all that a delivery job carries. */
export interface AlertDelivery extends AlertRef {
  readonly destination: string
}

/** How a delivery ended. */
export interface DeliveryReceipt {
  /** UTC milliseconds. */
  readonly at: number
  readonly attempts: number
  /** What the destination answered; an HTTP status for a webhook. */
  readonly status: number
  /** The id the receiver saw, the same at every attempt. */
  readonly webhookId: string
}

/**
 * Writes an alert create-only; it lives from then on, whatever becomes of a queue.
 *
 * @returns `known` when the lake has it already, which is left as it is
 * @throws {@link MailtrailError} `ALERT_INVALID` for a value that is not of the schema
 */
export async function raiseAlert(lake: ObjectStore, alert: Alert, options: Abortable = {}): Promise<'raised' | 'known'> {
  const { tenantId, date, id } = checkAlert(alert)
  const outcome = await lake.create(alertKey(tenantId, date, id), toJson(alert), options)
  return outcome === 'created' ? 'raised' : 'known'
}

/**
 * The alert, or undefined when the lake has none.
 *
 * @throws {@link MailtrailError} `ALERT_INVALID` when it cannot be read, or is not the one its key names
 */
export async function readAlert(
  lake: ObjectStore,
  { tenantId, date, alertId }: AlertRef,
  options: Abortable = {},
): Promise<Alert | undefined> {
  const bytes = await lake.read(alertKey(tenantId, date, alertId), options)
  if (bytes === undefined) return undefined
  const alert = parseAlert(bytes)
  // A misplaced object must not carry one tenant's alert to another tenant's destination.
  if (alert.tenantId !== tenantId || alert.date !== date || alert.id !== alertId) {
    throw new MailtrailError(
      'ALERT_INVALID',
      `The object ${alertKey(tenantId, date, alertId)} holds another alert than its key names; it is not delivered.`,
    )
  }
  return alert
}

export async function isDelivered(lake: ObjectStore, delivery: AlertDelivery, options: Abortable = {}): Promise<boolean> {
  return (await lake.stat(keyOfDelivery(delivery), options)) !== undefined
}

/** Records a delivery create-only, after the destination accepted it; the first receipt stays. */
export async function markDelivered(
  lake: ObjectStore,
  delivery: AlertDelivery,
  { at, attempts, status, webhookId }: DeliveryReceipt,
  options: Abortable = {},
): Promise<void> {
  const { destination } = delivery
  const receipt = {
    schema: 1,
    destination,
    at: new Date(at).toISOString(),
    attempts,
    status,
    webhookId,
  }
  await lake.create(keyOfDelivery(delivery), toJson(receipt), options)
}

function keyOfDelivery({ tenantId, date, alertId, destination }: AlertDelivery): string {
  return deliveredKey(tenantId, date, alertId, destination)
}

function toJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`)
}
