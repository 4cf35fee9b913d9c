import { type CoverageInterval, type Interval, isoSeconds } from '@mailtrail/core'
import { toCoverageSpan } from '@mailtrail/investigation'
import type { CoverageAnswer, MailboxCoverage } from './answer-coverage.ts'
import { type HeatStripOptions, heatStrip } from './heat-strip.ts'

/** A line an interval, with marks and notes below, for people and for `grep`. @param strip - how wide a picture may be; none without it */
export function renderCoverage(answer: CoverageAnswer, strip: Omit<HeatStripOptions, 'amended'> | undefined): string {
  const { coverage, mailboxes, amended, withoutLastSweep } = answer
  const parts = mailboxes ?? [{ coverage }]
  const lines = parts.flatMap((part) => [
    ...('mailbox' in part ? [nameOf(part)] : []),
    ...(strip ? [...heatStrip(part.coverage, { ...strip, amended }), ''] : []),
    ...part.coverage.map(formatInterval),
  ])
  return [
    ...lines,
    ...amended.map((span) =>
      formatMark(span, 'amended', 'a record came after this time could be called settled; what was answered before may lack it'),
    ),
    ...withoutLastSweep.map((span) => formatMark(span, 'note', 'the last sweep did not come; records that came very late may be missing')),
  ].join('\n')
}

/** The answer for programs; what is in it stays. */
export function coverageJson(answer: CoverageAnswer): object {
  const { tenantId, from, to, mailboxes, amended, withoutLastSweep, asOf, coverage, horizonMs } = answer
  return {
    schema: 1,
    tenantId,
    ...isoSpan({ from, to }),
    horizonHours: horizonMs / 3_600_000,
    asOf: asOf === undefined ? null : isoSeconds(asOf),
    coverage: coverage.map(toCoverageSpan),
    ...(mailboxes && { mailboxes: mailboxes.map((mailbox) => ({ ...mailbox, coverage: mailbox.coverage.map(toCoverageSpan) })) }),
    amended: amended.map(isoSpan),
    notes: withoutLastSweep.map((span) => ({ ...isoSpan(span), note: 'last-sweep-missing' })),
  }
}

function nameOf({ mailbox, mailboxGuid }: MailboxCoverage): string {
  return mailboxGuid === null ? `${mailbox}, of which there is no record` : `${mailbox} (${mailboxGuid})`
}

function formatInterval({ from, to, state, cause, recoverable, until }: CoverageInterval): string {
  const hope = until === undefined ? 'can still be settled' : `can still be settled, all of it until ${isoSeconds(until)}`
  const note = cause === undefined ? '' : `${cause}; ${recoverable ? hope : 'permanent'}`
  return formatMark({ from, to }, state, note)
}

function formatMark({ from, to }: Interval, word: string, note: string): string {
  return `${isoSeconds(from)}  ${isoSeconds(to)}  ${word.padEnd(16)}  ${note}`.trimEnd()
}

function isoSpan({ from, to }: Interval): { from: string; to: string } {
  return { from: isoSeconds(from), to: isoSeconds(to) }
}
