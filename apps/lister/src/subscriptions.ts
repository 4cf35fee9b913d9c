import type { ActivityApi } from '@mailtrail/activity-api'
import { raiseAlert, subscriptionDisabledAlert } from '@mailtrail/alerts'
import { dayMs, isSubscriptionEvent, MailtrailError, type SubscriptionEvent, type TenantId } from '@mailtrail/core'
import { type ObjectStore, readLedger } from '@mailtrail/lake'
import type { Clock } from '@mailtrail/runtime'
import { claimStart, readHistory, recordHistory, type TenantLakes } from '@mailtrail/tenants'

export interface Subscriptions {
  /** Makes sure that a check showed the subscription enabled, starting it when needed. @throws {@link MailtrailError} `SUBSCRIPTION_OFF` */
  ensure(tenantId: TenantId, contentType: string, api: ActivityApi): Promise<void>
  /** Records that the service refused to list: what became available since the last listing is lost. */
  lost(tenantId: TenantId, contentType: string, api: ActivityApi, reason: 'missing' | 'disabled'): Promise<void>
}

/** The state of subscriptions, kept in each tenant's history so that coverage knows when the feed was off. */
export function createSubscriptions(fleetLake: ObjectStore, lakes: Pick<TenantLakes, 'open'>, clock: Clock): Subscriptions {
  const verified = new Map<string, Promise<void>>()

  const verify = async (tenantId: TenantId, contentType: string, api: ActivityApi): Promise<void> => {
    const last = (await historyOf(fleetLake, tenantId, contentType)).findLast(({ kind }) => kind !== 'subscription-started')
    if (last?.kind === 'subscription-verified') return
    // A start may answer "enabled" while the list is empty, so only the list counts.
    let check = await checkSubscription(api, contentType, clock)
    if (!check.isEnabled) {
      if (await claimStart(fleetLake, { tenantId, contentType, now: clock.now() })) await api.startSubscription(contentType)
      check = await checkSubscription(api, contentType, clock)
    }
    if (!check.isEnabled) {
      throw new MailtrailError(
        'SUBSCRIPTION_OFF',
        `The ${contentType} subscription of tenant ${tenantId} is not enabled; it is started again within half an hour.`,
      )
    }
    // After what the history holds already, which is ordered by time.
    const at = Math.max(check.at, (last?.at ?? Number.NEGATIVE_INFINITY) + 1)
    await recordHistory(fleetLake, tenantId, { kind: 'subscription-verified', at, contentType })
  }

  return {
    ensure: (tenantId, contentType, api) => {
      const id = `${tenantId}/${contentType}`
      const known = verified.get(id)
      if (known !== undefined) return known
      const check = verify(tenantId, contentType, api)
      verified.set(id, check)
      check.catch(() => verified.delete(id))
      return check
    },
    lost: async (tenantId, contentType, api, reason) => {
      verified.delete(`${tenantId}/${contentType}`)
      const last = (await historyOf(fleetLake, tenantId, contentType)).findLast(({ kind }) => kind !== 'subscription-started')
      // Several listings are refused at once; the first one tells.
      if (last?.kind !== 'subscription-verified') return
      const { at: checkedAt } = await checkSubscription(api, contentType, clock)
      const at = Math.max(checkedAt, last.at + 1)
      const lake = await lakes.open(tenantId)
      const lastListed = await lastListing(lake, tenantId, contentType, at)
      await recordHistory(fleetLake, tenantId, { kind: 'subscription-lost', at, contentType, lastListed, reason })
      const alert = subscriptionDisabledAlert(tenantId, { contentType, since: lastListed ?? last.at, reason }, at)
      await raiseAlert(lake, alert)
    },
  }
}

async function historyOf(lake: ObjectStore, tenantId: TenantId, contentType: string): Promise<SubscriptionEvent[]> {
  return (await readHistory(lake, tenantId)).filter(isSubscriptionEvent).filter((event) => event.contentType === contentType)
}

/** Whether the subscription is enabled, and the service's time of the check. */
async function checkSubscription(api: ActivityApi, contentType: string, clock: Clock): Promise<{ isEnabled: boolean; at: number }> {
  const { serviceDate, subscriptions } = await api.listSubscriptions()
  const isEnabled = subscriptions.some((subscription) => subscription.contentType === contentType && subscription.status === 'enabled')
  // Dated too early, it would vouch for windows from before it.
  return { isEnabled, at: serviceDate?.getTime() ?? api.serviceNow() ?? clock.now() }
}

/** Service date of the last listing that succeeded in the last seven days; null when none did. */
export async function lastListing(lake: ObjectStore, tenantId: TenantId, contentType: string, now: number): Promise<number | null> {
  const entries = await readLedger(lake, tenantId, { from: now - 7 * dayMs, to: now })
  const dates = entries.flatMap((entry) => (entry.contentType === contentType ? (entry.listing?.serviceDate ?? []) : []))
  return dates.length === 0 ? null : Math.max(...dates)
}
