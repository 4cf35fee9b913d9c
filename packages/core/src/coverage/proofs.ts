import type { Interval } from '../interval.ts'
import { union, within, without } from '../interval-set.ts'
import type { Feed } from './feed.ts'
import { overlay } from './overlay.ts'

/** A span of the feed that was listed, and the service date of its latest complete listing; -Infinity where no listing carried one. */
export interface Proof extends Interval {
  readonly at: number
}

/** The proofs that there are of the feed, in order. */
export function proofsOf({ own, span }: Feed): Proof[] {
  const dated = own.listings.flatMap(({ from, to, at, isDated }): Proof[] => (isDated ? [{ from, to, at }] : []))
  const undated = without(own.listed, union(dated)).map((part): Proof => ({ ...part, at: Number.NEGATIVE_INFINITY }))
  const latestFirst = [...dated, ...undated].sort((a, b) => b.at - a.at)
  return overlay(latestFirst).flatMap((proof) => within([proof], [span]).map((part) => ({ ...part, at: proof.at })))
}
