import { type CoverageInterval, dayMs, type Interval, parseAddressRange } from '@mailtrail/core'
import type { Answer, MailboxAnswer } from '../answer.ts'
import { investigate } from '../investigate.ts'
import { openEvidence } from '../open-evidence.ts'
import type { Question } from '../question.ts'
import { dora } from './build-records.ts'
import { type LakeFixture, tenantId } from './lake-fixture.ts'

const from = Date.UTC(2024, 2, 14)

/** The asked day. */
export const asked: Interval = { from, to: from + dayMs }

export const settled: readonly CoverageInterval[] = [{ ...asked, state: 'settled' }]

function question(parts: Partial<Question> = {}): Question {
  return { tenantId, ...asked, ranges: [parseAddressRange('174.20.0.0/16')], sessions: [], apps: [], ...parts }
}

/** Opens the fixture's evidence and asks one question of it. */
export async function ask(
  { lake, cacheFolder }: LakeFixture,
  parts: Partial<Question> = {},
  coverage: readonly CoverageInterval[] = settled,
): Promise<Answer> {
  const wanted = question(parts)
  await using evidence = await openEvidence(lake, wanted.tenantId, wanted, { cacheFolder })
  return await investigate(evidence, wanted, coverage)
}

export function mailboxOf(answer: Answer, name: string = dora.MailboxOwnerUPN): MailboxAnswer {
  const found = answer.mailboxes.find(({ mailbox }) => mailbox === name)
  if (found === undefined) throw new Error(`The answer has no mailbox ${name}.`)
  return found
}

export function itemisedIds(answer: Answer, name?: string): string[] {
  return mailboxOf(answer, name).itemised.map(({ internetMessageId }) => internetMessageId)
}
