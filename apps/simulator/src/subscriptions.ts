import type { ContentType, SimulatedTenant } from './world.ts'

type SubscriptionState = 'none' | 'enabled' | 'disabled'

/** Which content types of which tenants are subscribed, now and at any time before. */
export interface Subscriptions {
  stateAt(tenantId: string, contentType: ContentType, at: number): SubscriptionState
  set(tenantId: string, contentType: ContentType, at: number, state: 'none' | 'enabled'): void
}

interface Transition {
  readonly at: number
  readonly state: SubscriptionState
}

export function createSubscriptions(tenants: readonly SimulatedTenant[]): Subscriptions {
  const histories = new Map(tenants.flatMap((tenant) => initialHistories(tenant)))
  const historyOf = (tenantId: string, contentType: ContentType): readonly Transition[] => histories.get(`${tenantId} ${contentType}`) ?? []
  return {
    stateAt: (tenantId, contentType, at) => historyOf(tenantId, contentType).findLast((transition) => transition.at <= at)?.state ?? 'none',
    set: (tenantId, contentType, at, state) => {
      const history = [...historyOf(tenantId, contentType), { at, state }].sort((a, b) => a.at - b.at)
      histories.set(`${tenantId} ${contentType}`, history)
    },
  }
}

function initialHistories({ tenantId, initiallySubscribed, subscriptionEvents, contents }: SimulatedTenant): [string, Transition[]][] {
  const start: Transition[] = initiallySubscribed ? [{ at: Number.NEGATIVE_INFINITY, state: 'enabled' }] : []
  const exchange = [
    ...start,
    ...subscriptionEvents.map(({ at, action }) => ({
      at,
      state: stateAfter(action),
    })),
  ].sort((a, b) => a.at - b.at)
  const others = new Set(contents.map(({ contentType }) => contentType).filter((type) => type !== 'Audit.Exchange'))
  return [[`${tenantId} Audit.Exchange`, exchange], ...[...others].map((type): [string, Transition[]] => [`${tenantId} ${type}`, start])]
}

/** A stop by somebody else leaves the subscription there, disabled; the client's own stop removes it. */
function stateAfter(action: 'start' | 'stop'): SubscriptionState {
  return action === 'start' ? 'enabled' : 'disabled'
}
