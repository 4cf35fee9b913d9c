import { type CoverageInterval, type Interval, overlaps, throttleIntervals } from '@mailtrail/core'
import { mailboxCoverage } from './mailbox-coverage.ts'
import type { Question } from './question.ts'
import type { Findings } from './read-findings.ts'
import type { Mailbox } from './read-mailboxes.ts'

/** What is known of a mailbox before its messages are looked up. The two times say by when a message must have been there. */
export interface MailboxDraft {
  readonly mailbox: Mailbox
  readonly throttled: readonly Interval[]
  readonly coverage: readonly CoverageInterval[]
  readonly presumedUntil: number | undefined
  readonly possibleBefore: number | undefined
}

/** @param coverage - the tenant's, of the asked time */
export function draftMailbox(
  mailbox: Mailbox,
  findings: Findings,
  question: Question,
  coverage: readonly CoverageInterval[],
): MailboxDraft {
  const throttled = throttledWithin(
    question,
    (findings.flagged.get(mailbox.key) ?? []).map(({ time }) => time),
  )
  const recordTimes = (findings.hours.get(mailbox.key) ?? []).flatMap((hour) => [hour.first_time, hour.last_time])
  const own = mailboxCoverage(coverage, { throttled, recordTimes }, question)
  const syncs = (findings.syncs.get(mailbox.key) ?? []).filter(({ verdict }) => verdict === 'attributed')
  return {
    mailbox,
    throttled,
    coverage: own,
    presumedUntil: latest(syncs.flatMap(({ times }) => times ?? [])),
    possibleBefore: latest(own.filter(({ state }) => state !== 'settled').map(({ to }) => to)),
  }
}

/** A flagged record without a time was throttled at some time, which may be any of the asked one. */
function throttledWithin({ from, to }: Interval, flagged: readonly (number | null)[]): Interval[] {
  if (flagged.includes(null)) return [{ from, to }]
  return throttleIntervals(flagged.filter((time) => time !== null)).filter((interval) => overlaps(interval, { from, to }))
}

function latest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b))
}
