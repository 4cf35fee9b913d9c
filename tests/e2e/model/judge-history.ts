import { type CoverageInterval, dayMs, hourMs, type Interval, listableMs, minuteMs } from '@mailtrail/core'
import { contentHash, contentHashOf, type Finding } from '@mailtrail/lake'
import { contentLifeMs, type FeedContent } from '../feed-in-memory.ts'
import { type HistoryPlan, horizonMs } from './plan-history.ts'
import type { Moment, PlayedHistory } from './play-history.ts'

/** What a history shows against the rules; empty when it holds all of them. */
export function judgeHistory(history: PlayedHistory): string[] {
  const { moments, plan } = history
  const [first] = moments
  const isQuietAtLast = plan.quietFrom < plan.to
  return [
    ...moments.flatMap((moment) => falselySettled(history, moment)),
    ...moments.flatMap((moment, index) => movedBackwards(history, moments[index - 1] ?? first, moment)),
    ...invented(history),
    ...(isQuietAtLast ? unsettledAtLast(history) : []),
    ...wronglyCaused(history),
    ...(isQuietAtLast ? lost(history) : []),
    ...unmarked(history),
    ...history.outsideLayout,
    ...falselyFound(history),
  ]
}

interface Truth {
  readonly content: FeedContent
  readonly line: string
  readonly event: number
}

function* recordsOf({ plan }: PlayedHistory): Generator<Truth> {
  for (const content of plan.contents) {
    for (const record of content.records) {
      const event = 'CreationTime' in record ? Date.parse(`${record.CreationTime}Z`) : Number.NaN
      yield { content, line: JSON.stringify(record), event }
    }
  }
}

/** Every record of a settled hour that was listable within the horizon, or would have been had the subscription been on, is in the lake. */
function falselySettled(history: PlayedHistory, { at, coverage, stored }: Moment): string[] {
  const failures: string[] = []
  for (const { content, line, event } of recordsOf(history)) {
    const horizonEnd = hourOf(event) + hourMs + horizonMs
    const isExpected = content.created < horizonEnd && content.listedFrom <= horizonEnd
    if (!isExpected || stored.has(line) || stateAt(coverage, event)?.state !== 'settled') continue
    failures.push(`falsely settled at ${iso(at)}: the hour ${iso(hourOf(event))} lacks a record of ${describe(content)}`)
  }
  return failures
}

/** A settled hour is unsettled by a content found late and nothing else, and what was permanent stays. */
function movedBackwards({ plan }: PlayedHistory, before: Moment | undefined, after: Moment): string[] {
  if (!before || before === after) return []
  const failures: string[] = []
  for (let hour = before.range.from; hour < before.range.to; hour += hourMs) {
    const [was, is] = [stateAt(before.coverage, hour), stateAt(after.coverage, hour)]
    const moved = `between ${iso(before.at)} and ${iso(after.at)} the hour ${iso(hour)} went from ${was?.state} (${was?.cause}) to ${is?.state} (${is?.cause})`
    if (was?.state === 'settled' && is?.state !== 'settled') {
      const isFound = plan.contents.some(
        ({ created, listedFrom, records }) =>
          hour <= created &&
          created < hour + hourMs + horizonMs &&
          listedFrom <= after.at &&
          records.some((record) => !before.stored.has(JSON.stringify(record))),
      )
      if (!is?.cause?.includes('content') || !isFound) failures.push(moved)
    }
    if (permanentCauses.has(was?.cause ?? '') && was?.recoverable === false && (is?.state === 'settled' || is?.recoverable !== false))
      failures.push(moved)
  }
  return failures
}

const permanentCauses = new Set([
  'a window was never listed',
  'a listed content expired before it was fetched',
  'listed once, but not listed again late enough',
  'before the first check that showed the subscription enabled',
  'the subscription was off; what became available then cannot be fetched',
])

/** Nothing is in the lake that was not in the feed, and doing everything again adds nothing. */
function invented(history: PlayedHistory): string[] {
  const contentOf = new Map([...recordsOf(history)].map(({ line, content }) => [line, content]))
  const stored = history.moments.at(-1)?.stored ?? new Set()
  const { quietFrom, to } = history.plan
  const isOld = (line: string): boolean => quietFrom < to && (contentOf.get(line)?.listedFrom ?? 0) < quietFrom
  return [
    ...[...stored].filter((line) => !contentOf.has(line)).map((line) => `invented: ${line}`),
    ...[...history.replayed].filter((line) => isOld(line) && !stored.has(line)).map((line) => `came only when all was done again: ${line}`),
  ]
}

/** Some time after the last fault every hour is settled, or a gap that stays. */
function unsettledAtLast({ plan, moments }: PlayedHistory): string[] {
  const last = moments.at(-1)
  if (!last) return []
  const open = last.coverage.filter(
    ({ from, state, recoverable, cause }) =>
      from < plan.quietFrom && (state === 'provisional' || (recoverable && cause !== 'a content is in quarantine')),
  )
  return open.map(({ from, to, state, cause }) => `not ended at last: ${iso(from)} to ${iso(to)} is ${state} (${cause})`)
}

/** A gap has its cause in what happened. */
function wronglyCaused({ plan, feed, moments }: PlayedHistory): string[] {
  const { coverage = [] } = moments.at(-1) ?? {}
  return coverage.flatMap(({ from, to, cause = '' }) => {
    const isCaused = causes[cause]
    const hours = Array.from({ length: (to - from) / hourMs }, (_, index) => from + index * hourMs)
    const wrong = hours.find((hour) => isCaused && !isCaused({ plan, feed }, { from: hour, to: hour + hourMs + horizonMs }))
    return wrong === undefined ? [] : [`wrongly caused: ${iso(wrong)} is no time for "${cause}"`]
  })
}

type IsCaused = (history: Pick<PlayedHistory, 'plan' | 'feed'>, feed: Interval) => boolean

/** What must have happened in the part of the feed that an hour's records may be in; no word here about other causes. */
const causes: Readonly<Record<string, IsCaused>> = {
  'the service listed a content that it does not have': ({ plan }, span) =>
    plan.contents.some(({ created, missingUntil }) => missingUntil !== undefined && includes(span, created)),
  'a content is in quarantine': ({ plan }, span) =>
    plan.contents.some(({ created, brokenUntil }) => brokenUntil !== undefined && includes(span, created)),
  'collection was paused': ({ plan }, span) => wasEnded(plan, 'pause', span),
  // What waits for its re-listing when the tenant is removed is not listed again.
  'the tenant was removed': ({ plan }, { to }) => wasEnded(plan, 'remove', { from: plan.from, to }) || plan.decisions.length === 1,
  // From the last listing before it, which outages, pauses and removals put far back.
  'the subscription was off; what became available then cannot be fetched': ({ plan, feed }, { from, to }) => {
    const slackMs = isLongDown(plan) || plan.decisions.length > 0 ? 7 * dayMs : 2 * dayMs
    return feed.off.some((off) => off.from < to + slackMs && from - slackMs < off.to)
  },
  // Or what an outage that just ended left is being listed.
  'a window was never listed': ({ plan }) => isLongDown(plan) || plan.quietFrom >= plan.to,
  'listed once, but not listed again late enough': ({ plan }) => isLongDown(plan),
  // What is missing and asked for again after seven days is called expired: docs/decisions/0003.
  'a listed content expired before it was fetched': ({ plan }, span) =>
    isLongDown(plan) ||
    plan.contents.some(
      (content) => includes(span, content.created) && (content.missingUntil !== undefined || expiredInOutage(plan.outages, content)),
    ),
}

function wasEnded({ decisions, to }: HistoryPlan, kind: 'pause' | 'remove', span: Interval): boolean {
  const ends = decisions.find((decision) => decision.kind === kind)
  const begins = decisions.find(({ at }) => at > (ends?.at ?? to))
  return ends !== undefined && ends.at < span.to && span.from < (begins?.at ?? to) + hourMs
}

/** By an outage, or by a removal that was taken back later: a paused tenant is listed again all the same. */
function isLongDown({ outages, decisions: [ends, begins] }: HistoryPlan): boolean {
  const removals = ends?.kind === 'remove' && begins ? [{ from: ends.at, to: begins.at }] : []
  return [...outages, ...removals].some(({ from, to }) => to - from > 2 * dayMs)
}

/** Listed so late that an outage was there before it could be fetched, and lasted until it expired. */
function expiredInOutage(outages: readonly Interval[], { created, listedFrom }: FeedContent): boolean {
  const expiration = created + contentLifeMs
  const listings = dueListings(created).filter((at) => at >= listedFrom)
  return outages.some(({ from, to }) => from < expiration && expiration < to + workMs && !listings.some((at) => at + workMs < from))
}

/**
 * A verification calls nothing altered, removed or foreign. After so much trouble entries and folds may be due for hours, and a content may be half
 * fetched, or fetched in a window that could not be listed after a week: that is told of as what it is.
 */
function falselyFound({ plan, findings }: PlayedHistory): string[] {
  const isDue = /^(the history of the tenant|the age of the day|the entry listed|raw\/.*)$/
  const unlisted = new Set(plan.contents.filter((content) => isUnlisted(plan.outages, content)).map(({ id }) => contentHash(id)))
  const isTold = ({ what, key }: Finding): boolean => what === 'unrecorded' && unlisted.has(contentHashOf(key) ?? '')
  return findings
    .filter((finding) => !isDue.test(finding.namedBy) && !isTold(finding))
    .map(({ what, key }) => `a verification calls ${key} ${what}`)
}

/** In a window that was hardly over when an outage began, and no longer listable when it ended. */
function isUnlisted(outages: readonly Interval[], { created }: FeedContent): boolean {
  const hour = hourOf(created)
  return outages.some(({ from, to }) => created < from && from < hour + hourMs + workMs && hour + listableMs < to + workMs)
}

/** A record that came after its hour was seen settled leaves a mark. */
function unmarked(history: PlayedHistory): string[] {
  const { moments, amended } = history
  const last = moments.at(-1)
  const late = [...recordsOf(history)].filter(({ line, event }) =>
    moments.some(({ coverage, stored }) => stateAt(coverage, event)?.state === 'settled' && !stored.has(line) && last?.stored.has(line)),
  )
  return late
    .filter(({ event }) => !amended.some((span) => includes(span, event)))
    .map(({ content, event }) => `not amended: the hour ${iso(hourOf(event))} got a record of ${describe(content)} after it was settled`)
}

/** What could be listed by a listing that was due after it appeared, and then fetched, is in the lake. */
function lost(history: PlayedHistory): string[] {
  const { plan, feed, moments } = history
  const stored = moments.at(-1)?.stored ?? new Set()
  if (plan.decisions.length > 0) return []
  const isStored = ({ records }: FeedContent): boolean => records.every((record) => stored.has(JSON.stringify(record)))
  const isThere = ({ created, missingUntil = 0, brokenUntil = 0 }: FeedContent): boolean =>
    created >= plan.from && !feed.isLost(created) && missingUntil === 0 && brokenUntil === 0
  return plan.contents
    .filter((content) => isThere(content) && wasOffered(content, plan.quietFrom, plan.to) && !isStored(content))
    .map((content) => `lost: ${describe(content)}`)
}

const workMs = 3 * hourMs

function dueListings(created: number): number[] {
  const [hour, day] = [hourOf(created) + hourMs, Math.floor(created / dayMs) * dayMs + dayMs]
  return [hour + 4 * minuteMs, hour + hourMs, hour + 6 * hourMs, day + dayMs, day + horizonMs + 6 * hourMs, day + 5.5 * dayMs]
}

function wasOffered({ created, listedFrom }: FeedContent, quietFrom: number, end: number): boolean {
  const latest = Math.min(hourOf(created) + listableMs, created + contentLifeMs, end)
  return dueListings(created).some((at) => at >= listedFrom && Math.max(at, quietFrom) + workMs < latest)
}

function stateAt(coverage: readonly CoverageInterval[], time: number): CoverageInterval | undefined {
  return coverage.find(({ from, to }) => from <= time && time < to)
}

function includes({ from, to }: Interval, time: number): boolean {
  return from <= time && time < to
}

function hourOf(time: number): number {
  return Math.floor(time / hourMs) * hourMs
}

function describe({ id, created, listedFrom }: FeedContent): string {
  return `${id}, created ${iso(created)} and listed from ${iso(listedFrom)}`
}

function iso(time: number): string {
  return new Date(time).toISOString().slice(0, 16)
}
