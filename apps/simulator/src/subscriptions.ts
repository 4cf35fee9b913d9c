import type { ContentType, SimulatedTenant } from './world.ts'

type SubscriptionState = 'none' | 'enabled' | 'disabled'

/** Which content types of which tenants are subscribed, now and at any time before. */
export interface Subscriptions {
  stateAt(tenantId: string, contentType: ContentType, at: number): SubscriptionState
  set(tenantId: string, contentType: ContentType, at: number, state: 'none' | 'enabled'): void
  /** The last time before `at` that it became enabled, and how long it had been off. `undefined` if it is off, or was on from the beginning. */
  lastStart(tenantId: string, contentType: ContentType, at: number): { readonly at: number; readonly offMs: number } | undefined
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
    lastStart: (tenantId, contentType, at) => {
      const past = historyOf(tenantId, contentType).filter((transition) => transition.at <= at)
      const start = past.at(-1)
      if (start?.state !== 'enabled' || !Number.isFinite(start.at)) return undefined
      return { at: start.at, offMs: start.at - (past.at(-2)?.at ?? Number.NEGATIVE_INFINITY) }
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
function stateAfter(action: 'start' | 'stop' | 'remove'): SubscriptionState {
  if (action === 'start') return 'enabled'
  return action === 'stop' ? 'disabled' : 'none'
}
