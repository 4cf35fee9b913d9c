import { touches, union } from '../interval-set.ts'
import type { ContentGap } from './content-gaps.ts'
import { type Doubt, taintedBy } from './doubt.ts'
import type { Feed } from './feed.ts'
import { graceMs } from './listing-doubts.ts'

/** Doubts about what was listed and is not stored. */
export function contentDoubts({ gaps, own, now, horizonMs }: Feed): Doubt[] {
  const due = union([...own.sealed, ...own.listings.filter(({ at }) => now > at + graceMs)])
  return gaps.map((gap) => ({ ...taintedBy(gap, horizonMs), ...finding(gap, { now, isDue: touches(due, gap) }) }))
}

/** @param isDue - whether its window is sealed, or was listed long enough ago to be */
function finding(
  { outcome, expiration }: ContentGap,
  { now, isDue }: { readonly now: number; readonly isDue: boolean },
): Omit<Doubt, 'from' | 'to'> {
  const gap = { state: 'gap_collector', recoverable: false } as const
  if (outcome === 'missing')
    return { state: 'gap_upstream', cause: 'the service listed a content that it does not have', recoverable: false }
  if (outcome === 'dropped') return { ...gap, cause: 'a listed content was dropped from the dead letters' }
  if (outcome === 'quarantined') return { ...gap, cause: 'a content is in quarantine', recoverable: true }
  if (outcome === 'expired' || now >= expiration) return { ...gap, cause: 'a listed content expired before it was fetched' }
  const healing = { recoverable: true, until: expiration }
  if (outcome === 'dead') return { ...gap, ...healing, cause: 'a listed content is in the dead letters' }
  if (isDue) return { ...gap, ...healing, cause: 'a listed content is not stored yet' }
  return { state: 'provisional', ...healing, cause: 'listed, contents not all stored yet' }
}
