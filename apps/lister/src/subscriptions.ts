import type { ActivityApi } from '@mailtrail/activity-api'
import { raiseAlert, subscriptionDisabledAlert } from '@mailtrail/alerts'
import { type Abortable, dayMs, type HistoryEvent, MailtrailError, minuteMs, type TenantId } from '@mailtrail/core'
import { type ObjectStore, readLedger } from '@mailtrail/lake'
import type { Clock } from '@mailtrail/runtime'
import { readHistory, recordHistory } from '@mailtrail/tenants'

/** Between two starts of one subscription; sooner ones have left subscriptions disabled (contract 2.3). */
const startSpacingMs = 15 * minuteMs

export interface Subscriptions {
  /** Makes sure that a check showed the subscription enabled, starting it when needed. @throws {@link MailtrailError} `SUBSCRIPTION_OFF` */
  ensure(tenantId: TenantId, contentType: string, api: ActivityApi): Promise<void>
  /** Records that the service refused to list: what became available since the last listing is lost. */
  lost(tenantId: TenantId, contentType: string, reason: 'missing' | 'disabled', options?: Abortable): Promise<void>
}

/** The state of subscriptions, kept in each tenant's history so that coverage knows when the feed was off. */
export function createSubscriptions(lake: ObjectStore, clock: Clock): Subscriptions {
  const verified = new Map<string, Promise<void>>()
  const startedAt = new Map<string, number>()

  const start = async (id: string, contentType: string, api: ActivityApi): Promise<void> => {
    if (clock.now() < (startedAt.get(id) ?? Number.NEGATIVE_INFINITY) + startSpacingMs) return
    startedAt.set(id, clock.now())
    await api.startSubscription(contentType)
  }

  const verify = async (id: string, tenantId: TenantId, contentType: string, api: ActivityApi): Promise<void> => {
    const last = (await readHistory(lake, tenantId)).findLast((event) => 'contentType' in event && event.contentType === contentType)
    if (last?.kind === 'subscription-verified') return
    // A start may answer "enabled" while the list is empty, so only the list counts.
    let at = await enabledAt(api, contentType, clock)
    if (at === undefined) {
      await start(id, contentType, api)
      at = await enabledAt(api, contentType, clock)
    }
    if (at === undefined) {
      throw new MailtrailError(
        'SUBSCRIPTION_OFF',
        `The ${contentType} subscription of tenant ${tenantId} is not enabled; it is started again within 15 minutes.`,
      )
    }
    await recordHistory(lake, tenantId, { kind: 'subscription-verified', at, contentType })
  }

  return {
    ensure: (tenantId, contentType, api) => {
      const id = `${tenantId}/${contentType}`
      const known = verified.get(id)
      if (known !== undefined) return known
      // Not ended by the caller's signal: other jobs wait for the same check.
      const check = verify(id, tenantId, contentType, api)
      verified.set(id, check)
      check.catch(() => verified.delete(id))
      return check
    },
    lost: async (tenantId, contentType, reason, options) => {
      verified.delete(`${tenantId}/${contentType}`)
      const lastListed = await lastListing(lake, tenantId, contentType, clock.now(), options)
      const event: HistoryEvent = { kind: 'subscription-lost', at: clock.now(), contentType, lastListed, reason }
      await recordHistory(lake, tenantId, event, options)
      const alert = subscriptionDisabledAlert(tenantId, { contentType, since: lastListed ?? clock.now(), reason }, clock.now())
      await raiseAlert(lake, alert, options)
    },
  }
}

/** The service's time of a check that showed the subscription enabled. */
async function enabledAt(api: ActivityApi, contentType: string, clock: Clock): Promise<number | undefined> {
  const { serviceDate, subscriptions } = await api.listSubscriptions()
  const enabled = subscriptions.some((subscription) => subscription.contentType === contentType && subscription.status === 'enabled')
  return enabled ? (serviceDate?.getTime() ?? clock.now()) : undefined
}

async function lastListing(
  lake: ObjectStore,
  tenantId: TenantId,
  contentType: string,
  now: number,
  options?: Abortable,
): Promise<number | null> {
  const entries = await readLedger(lake, tenantId, { from: now - 7 * dayMs, to: now }, options)
  const dates = entries.flatMap((entry) => (entry.contentType === contentType ? (entry.listing?.serviceDate ?? []) : []))
  return dates.length === 0 ? null : Math.max(...dates)
}
