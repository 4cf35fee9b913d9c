import { hourMs, type Interval, minuteMs, overlaps } from './interval.ts'
import type { CollectionEvent, HistoryEvent } from './tenant-history.ts'
import { isCollectionEvent } from './tenant-history.ts'
import { listableMs } from './windows.ts'

/** Which work of a tenant goes first: what somebody waits for, what is fresh, what lies before the collection began. */
export const lanes = ['incident', 'live', 'backfill'] as const
export type Lane = (typeof lanes)[number]

/** A span of `contentCreated` time in which every window of one content type is expected, its bounds on the grid. */
export interface CollectionPeriod extends Interval {
  readonly contentType: string
  readonly windowMs: number
  readonly lane: Exclude<Lane, 'incident'>
  /** When it was decided to collect it. What is listed after that needs no sweep that was due before. */
  readonly since: number
}

export type CollectionState = 'none' | 'active' | 'paused' | 'removed'

/** What should be collected of a tenant: the periods of each content type do not overlap, and windows tile them. */
export interface Collection {
  readonly periods: readonly CollectionPeriod[]
  /** Spans of `contentCreated` time somebody waits for. */
  readonly incidents: readonly Interval[]
  readonly state: CollectionState
}

/**
 * The periods that follow from the tenant's dated history. A window that a pause, a resumption or a removal cuts is expected whole; a change
 * of the window's length holds from the next full hour, where the grids of all lengths meet.
 */
export function collectionOf(history: readonly HistoryEvent[]): Collection {
  const plan = new CollectionPlan()
  for (const event of history) if (isCollectionEvent(event)) plan.apply(event)
  return plan.result()
}

/** The state at `at`, and so why nothing was expected then. */
export function collectionStateAt(history: readonly HistoryEvent[], at: number): CollectionState {
  return history.reduce((state: CollectionState, event) => (event.at <= at ? stateAfter(state, event) : state), 'none')
}

function stateAfter(state: CollectionState, { kind }: HistoryEvent): CollectionState {
  if (kind === 'added') return 'active'
  if (kind === 'paused') return state === 'active' ? 'paused' : state
  if (kind === 'resumed') return state === 'paused' ? 'active' : state
  return kind === 'removed' && state !== 'none' ? 'removed' : state
}

/** The span that still can be listed at `now` of what lies before `to`, on the grid; empty when there is none. */
export function listableBefore(to: number, now: number, windowMs: number): Interval {
  return { from: Math.min(to, ceilTo(now - listableMs, windowMs)), to }
}

/** The lane of the work on a span. */
export function laneOf({ periods, incidents }: Pick<Collection, 'periods' | 'incidents'>, contentType: string, span: Interval): Lane {
  if (incidents.some((incident) => overlaps(incident, span))) return 'incident'
  const period = periods.find((known) => known.contentType === contentType && overlaps(known, span))
  return period?.lane ?? 'live'
}

class CollectionPlan {
  #periods: CollectionPeriod[] = []
  readonly #incidents: Interval[] = []
  #state: CollectionState = 'none'
  #contentTypes: readonly string[] = []
  #windowMs = 10 * minuteMs
  #endedAt = Number.NEGATIVE_INFINITY

  apply(event: CollectionEvent): void {
    const before = this.#state
    this.#state = stateAfter(before, event)
    if (event.kind === 'collection-changed') this.#change(event)
    else if (event.kind === 'backfill-requested') this.#request(event)
    else if (this.#state !== before) this.#turn(event)
  }

  result(): Collection {
    return { periods: this.#periods.toSorted((a, b) => a.from - b.from), incidents: this.#incidents, state: this.#state }
  }

  #turn(event: Exclude<CollectionEvent, { kind: 'collection-changed' | 'backfill-requested' }>): void {
    if (event.kind === 'added') {
      this.#contentTypes = event.contentTypes
      this.#windowMs = event.windowMinutes * minuteMs
    }
    if (event.kind === 'added') this.#open(event, Number.NEGATIVE_INFINITY)
    else if (event.kind === 'resumed') this.#open(event, this.#endedAt)
    else {
      this.#endedAt = event.at
      for (const contentType of this.#contentTypes) this.#end(contentType, event.at)
    }
  }

  /** @param since - what lies before is not backfilled */
  #open({ at, backfill }: Extract<CollectionEvent, { kind: 'added' | 'resumed' }>, since: number): void {
    const windowMs = this.#windowMs
    const from = floorTo(at, windowMs)
    for (const contentType of this.#contentTypes) {
      this.#fill({ from, to: Number.POSITIVE_INFINITY, contentType, windowMs, lane: 'live', since: at })
      const listable = listableBefore(from, at, windowMs)
      const before = { from: Math.max(listable.from, floorTo(since, windowMs)), to: from }
      if (backfill) this.#fill({ ...before, contentType, windowMs, lane: 'backfill', since: at })
    }
  }

  #change({ at, contentTypes, windowMinutes }: Extract<CollectionEvent, { kind: 'collection-changed' }>): void {
    const [before, windowMs] = [this.#windowMs, windowMinutes * minuteMs]
    const [given, known] = [new Set(contentTypes), new Set(this.#contentTypes)]
    this.#contentTypes = contentTypes
    this.#windowMs = windowMs
    if (this.#state !== 'active') return
    for (const contentType of known.difference(given)) this.#end(contentType, at)
    for (const contentType of given.difference(known)) {
      this.#fill({ from: floorTo(at, windowMs), to: Number.POSITIVE_INFINITY, contentType, windowMs, lane: 'live', since: at })
    }
    if (windowMs === before) return
    const from = ceilTo(at, hourMs)
    for (const contentType of known.intersection(given)) {
      this.#end(contentType, from)
      this.#fill({ from, to: Number.POSITIVE_INFINITY, contentType, windowMs, lane: 'live', since: at })
    }
  }

  #request({ at, priority, ...span }: Extract<CollectionEvent, { kind: 'backfill-requested' }>): void {
    const windowMs = this.#windowMs
    const listable = listableBefore(floorTo(at, windowMs), at, windowMs)
    const from = Math.max(listable.from, floorTo(span.from, windowMs))
    const to = Math.min(listable.to, ceilTo(span.to, windowMs))
    if (priority && span.from < span.to) this.#incidents.push({ from: span.from, to: span.to })
    if (this.#state !== 'active') return
    for (const contentType of this.#contentTypes) this.#fill({ from, to, contentType, windowMs, lane: 'backfill', since: at })
  }

  /** No window of the type that begins at `at` or later is expected. */
  #end(contentType: string, at: number): void {
    const cut = (period: CollectionPeriod): CollectionPeriod =>
      period.contentType === contentType ? { ...period, to: Math.min(period.to, ceilTo(at, period.windowMs)) } : period
    this.#periods = this.#periods.map(cut).filter(({ from, to }) => from < to)
  }

  /** Adds the parts of `period` that no other period of its type holds. */
  #fill(period: CollectionPeriod): void {
    let parts: Interval[] = period.from < period.to ? [period] : []
    for (const known of this.#periods) {
      if (known.contentType === period.contentType) parts = parts.flatMap((part) => without(part, known))
    }
    for (const part of parts.flatMap((part) => onGrid(part, period.windowMs))) this.#periods.push({ ...period, ...part })
  }
}

/** A part that begins beside the grid, because another length was used before it, has shorter windows up to the next full hour. */
function onGrid({ from, to }: Interval, windowMs: number): (Interval & { windowMs: number })[] {
  const fitting = (part: Interval): number => commonStep(windowMs, part.from, Number.isFinite(part.to) ? part.to : 0)
  if (fitting({ from, to }) === windowMs) return [{ from, to, windowMs }]
  const hour = Math.min(to, ceilTo(from, hourMs))
  return [
    { from, to: hour },
    { from: hour, to },
  ].flatMap((part) => (part.from < part.to ? [{ ...part, windowMs: fitting(part) }] : []))
}

function commonStep(...times: readonly number[]): number {
  return times.reduce((a, b) => {
    while (b !== 0) [a, b] = [b, a % b]
    return a
  })
}

function without(part: Interval, known: Interval): Interval[] {
  if (!overlaps(part, known)) return [part]
  return [
    { from: part.from, to: known.from },
    { from: known.to, to: part.to },
  ].filter(({ from, to }) => from < to)
}

function floorTo(time: number, step: number): number {
  return Math.floor(time / step) * step
}

function ceilTo(time: number, step: number): number {
  return Math.ceil(time / step) * step
}
