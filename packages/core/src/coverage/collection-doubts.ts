import { type CollectionState, collectionStateAt } from '../collection.ts'
import { hourMs, type Interval } from '../interval.ts'
import { within, without } from '../interval-set.ts'
import { type Doubt, taintedBy } from './doubt.ts'
import type { Feed } from './feed.ts'

/** Doubts about time in which nothing was expected, or in which the subscription is not known to have been on. */
export function collectionDoubts(feed: Feed): Doubt[] {
  const { own, others, subscription, span, horizonMs } = feed
  const notKept = [...without(others.listed, own.listed), ...without(others.sealed, own.sealed)]
  const listed = within(own.listed, [span])
  const doubts: [readonly Interval[], Pick<Doubt, 'state' | 'cause'>][] = [
    [notKept, { state: 'outside', cause: 'this operation was not kept then' }],
    [
      [{ from: span.from, to: subscription.verifiedFrom }],
      { state: 'unverified', cause: 'before the first check that showed the subscription enabled' },
    ],
    [subscription.gaps, { state: 'gap_subscription', cause: 'the subscription was off; what became available then cannot be fetched' }],
    [
      within(subscription.unobserved, listed),
      { state: 'unverified', cause: 'nothing was created while no listing watched the subscription' },
    ],
  ]
  const permanent = doubts.flatMap(([spans, finding]) =>
    within(spans, [span]).map((part): Doubt => ({ ...taintedBy(part, horizonMs), ...finding, recoverable: false })),
  )
  return [...permanent, ...unexpectedDoubts(feed)]
}

/** Why nothing was expected. Removal ends the fetching, so what it cuts off is missing and not outside. */
function unexpectedDoubts({ span, periods, own, history, horizonMs }: Feed): Doubt[] {
  const unexpected = without([span], [...periods, ...own.listed])
  return statesOf(history).flatMap(({ state, ...time }) =>
    within(unexpected, [time]).flatMap((part): Doubt[] => {
      const tainted = { ...taintedBy(part, horizonMs), cause: unexpectedCauses[state], recoverable: false }
      if (state !== 'removed') return [{ ...tainted, state: 'outside' }]
      const removedFrom = Math.ceil(time.from / hourMs) * hourMs
      return [
        { ...tainted, to: Math.min(tainted.to, removedFrom), state: 'gap_collector' },
        { ...tainted, from: Math.max(tainted.from, removedFrom), state: 'outside' },
      ]
    }),
  )
}

const unexpectedCauses: Readonly<Record<CollectionState, string>> = {
  none: 'before collection of this tenant began',
  paused: 'collection was paused',
  removed: 'the tenant was removed',
  active: 'this content type was not collected then',
}

/** The states that the tenant was in, one after the other. */
function statesOf(history: Feed['history']): (Interval & { readonly state: CollectionState })[] {
  const changes = [Number.NEGATIVE_INFINITY, ...history.map(({ at }) => at)].sort((a, b) => a - b)
  return changes.map((from, index) => ({
    from,
    to: changes[index + 1] ?? Number.POSITIVE_INFINITY,
    state: collectionStateAt(history, from),
  }))
}
