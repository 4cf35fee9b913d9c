import type { DuckDBConnection } from '@duckdb/node-api'
import { type CoverageInterval, isoSeconds } from '@mailtrail/core'
import type { Answer, AskedQuestion, MailboxWithoutRecords } from './answer.ts'
import { answerMailbox } from './answer-mailbox.ts'
import { completeness } from './completeness.ts'
import { countMessages } from './count-messages.ts'
import { toCoverageSpan } from './coverage-span.ts'
import { draftMailbox } from './draft-mailbox.ts'
import { judgeRecords } from './judge-records.ts'
import { mailboxCoverage } from './mailbox-coverage.ts'
import type { Evidence } from './open-evidence.ts'
import { otherRoutes } from './other-routes.ts'
import { checkQuestion, type Question } from './question.ts'
import { readEmailEventCounts, readRecordCounts } from './read-counts.ts'
import { readFindings } from './read-findings.ts'
import { readMailboxes } from './read-mailboxes.ts'
import { readAddressesWithoutRecords, readMessagesOfAddresses, readPresentMessages } from './read-present-messages.ts'

/**
 * Answers which emails could have been read in the asked context, as an interval, and how complete the record is.
 *
 * @param coverage - the tenant's coverage of the asked time; a part it does not tile counts as a gap
 * @throws {@link MailtrailError} `QUESTION_EMPTY`, `QUESTION_RANGE_INVALID` or `QUESTION_TENANT_MISMATCH`
 */
export async function investigate(evidence: Evidence, question: Question, coverage: readonly CoverageInterval[]): Promise<Answer> {
  checkQuestion(question, evidence)
  const connection = await evidence.connect()
  try {
    return await answer(connection, question, coverage)
  } finally {
    connection.closeSync()
  }
}

async function answer(connection: DuckDBConnection, question: Question, coverage: readonly CoverageInterval[]): Promise<Answer> {
  const inScope = await readMailboxes(connection, question.mailbox)
  const filter = await judgeRecords(connection, question, question.mailbox === undefined ? undefined : inScope.map(({ key }) => key))
  const findings = await readFindings(connection, filter)
  const drafts = inScope.map((mailbox) => draftMailbox(mailbox, findings, question, coverage))
  const present = await readPresentMessages(connection, drafts)
  const mailboxes = drafts.map((draft) => answerMailbox(draft, findings, present.get(draft.mailbox.key)))
  const mailboxesWithoutRecords = await answerWithoutRecords(connection, question, coverage, inScope.length)
  const counts = await readRecordCounts(connection)
  return {
    schema: 1,
    question: asked(question),
    ...countMessages(mailboxes, mailboxesWithoutRecords, findings),
    mailboxes,
    mailboxesWithoutRecords,
    coverage: coverage.map(toCoverageSpan),
    ...completeness([...mailboxes, ...mailboxesWithoutRecords], counts),
    counts,
    emailEvents: await readEmailEventCounts(connection),
    otherRoutes,
  }
}

/** Nothing vouches for a mailbox without records, so every message of it is possible. */
async function answerWithoutRecords(
  connection: DuckDBConnection,
  question: Question,
  coverage: readonly CoverageInterval[],
  known: number,
): Promise<MailboxWithoutRecords[]> {
  const asked = question.mailbox?.trim().toLowerCase()
  if (asked !== undefined && known > 0) return []
  const addresses = asked === undefined ? await readAddressesWithoutRecords(connection) : [asked]
  const messages = await readMessagesOfAddresses(connection, addresses, question.to)
  const spans = mailboxCoverage(coverage, { throttled: [], recordTimes: [] }, question).map(toCoverageSpan)
  return addresses.map((mailbox) => ({ mailbox, possible: messages.get(mailbox) ?? [], coverage: spans }))
}

function asked({ tenantId, mailbox, from, to, ranges, sessions, apps }: Question): AskedQuestion {
  return {
    tenantId,
    mailbox: mailbox ?? null,
    from: isoSeconds(from),
    to: isoSeconds(to),
    ranges: ranges.map(({ network, prefixLength }) => `${network}/${prefixLength}`),
    sessions,
    apps,
  }
}
