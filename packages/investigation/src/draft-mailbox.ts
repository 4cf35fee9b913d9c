import type { CoverageInterval, Interval } from '@mailtrail/core'
import { mailboxCoverage } from './mailbox-coverage.ts'
import { mailboxEvidence } from './mailbox-evidence.ts'
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
  const evidence = mailboxEvidence(mailbox.key, findings, question)
  const own = mailboxCoverage(coverage, evidence, question)
  const syncs = (findings.syncs.get(mailbox.key) ?? []).filter(({ verdict }) => verdict === 'attributed')
  return {
    mailbox,
    throttled: evidence.throttled,
    coverage: own,
    presumedUntil: latest(syncs.flatMap(({ times }) => times ?? [])),
    possibleBefore: latest(own.filter(({ state }) => state !== 'settled').map(({ to }) => to)),
  }
}

function latest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b))
}
