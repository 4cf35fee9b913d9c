import { z } from 'zod'
import type { Siem, TrueAlert } from './truth.ts'

const bodySchema = z.object({
  type: z.string(),
  data: z.object({ tenantId: z.string(), alertId: z.string(), mailboxGuid: z.string().optional() }),
})

export interface DeliveredAlert {
  readonly id: string
  readonly type: string
  readonly tenantId: string
  readonly mailboxGuid?: string | undefined
}

/** What the SIEM took, once an id however often it was sent. */
export function deliveredAlerts({ deliveries }: Siem): DeliveredAlert[] {
  const alerts = deliveries.map(({ id, body }) => {
    const { type, data } = bodySchema.parse(typeof body === 'string' ? JSON.parse(body) : body)
    return { id, type, tenantId: data.tenantId, mailboxGuid: data.mailboxGuid }
  })
  return [...new Map(alerts.map((alert) => [alert.id, alert])).values()]
}

/** Each true alert must have arrived under exactly one id, validly signed, and no throttle alert beside them. */
export function compareAlerts(siem: Siem, truth: readonly TrueAlert[]): string[] {
  const differences = siem.deliveries
    .filter(({ signatureValid }) => !signatureValid)
    .map(({ id }) => `alert ${id}: its signature is not valid`)
  const name = (alert: { type: string; tenantId: string; mailboxGuid?: string | undefined }): string =>
    `${alert.type} ${alert.tenantId} ${alert.mailboxGuid}`
  const arrived = deliveredAlerts(siem)
    .filter(({ type }) => type === 'mailbox.throttled')
    .map(name)
  const expected = truth.map(name)
  for (const alert of new Set([...arrived, ...expected])) {
    const [got, wanted] = [arrived, expected].map((list) => list.filter((other) => other === alert).length)
    if (got !== wanted) differences.push(`alert ${alert}: arrived under ${got} ids, true are ${wanted}`)
  }
  return differences
}
