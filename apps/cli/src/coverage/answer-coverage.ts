import {
  type Abortable,
  type CoverageInterval,
  type Interval,
  latestServiceDate,
  missingLastSweeps,
  type TenantId,
  tenantCoverage,
} from '@mailtrail/core'
import { mailboxCoverage, openEvidence, readAmended, readMailboxEvidence } from '@mailtrail/investigation'
import type { ObjectStore } from '@mailtrail/lake'
import { openTenantLakes } from '../open-tenant-lakes.ts'
import { readCoverageEvidence } from './read-coverage.ts'

export interface CoverageQuestion extends Interval {
  readonly tenantId: TenantId
  /** GUID or UPN; without one the tenant is meant. */
  readonly mailbox?: string | undefined
  readonly horizonMs: number
}

export interface CoverageAnswer extends CoverageQuestion {
  /** Up to when the ledger knows the time; undefined while nothing was listed. */
  readonly asOf: number | undefined
  /** The tenant's. */
  readonly coverage: readonly CoverageInterval[]
  /** The mailboxes of the asked name, each with the tenant's coverage made worse by its own; undefined when none was asked for. */
  readonly mailboxes?: readonly MailboxCoverage[]
  /** Hours for which records came after an answer could have called them settled. */
  readonly amended: readonly Interval[]
  /** Settled time whose last sweep did not come. */
  readonly withoutLastSweep: readonly Interval[]
}

export interface MailboxCoverage {
  readonly mailbox: string
  readonly mailboxGuid: string | null
  readonly coverage: readonly CoverageInterval[]
}

export async function answerCoverage(fleetLake: ObjectStore, question: CoverageQuestion, options?: Abortable): Promise<CoverageAnswer> {
  const { tenantId, mailbox, horizonMs } = question
  const range = { from: question.from, to: question.to }
  const evidence = await readCoverageEvidence(fleetLake, tenantId, range, { horizonMs, ...options })
  const coverage = tenantCoverage(evidence, range)
  await using lakes = openTenantLakes(fleetLake)
  const lake = await lakes.open(tenantId, options)
  return {
    ...question,
    asOf: latestServiceDate(evidence),
    coverage,
    ...(mailbox !== undefined && { mailboxes: await coverMailboxes(lake, { ...question, mailbox }, coverage, options) }),
    amended: await readAmended(lake, tenantId, range, { ...evidence, horizonMs }, options),
    withoutLastSweep: missingLastSweeps(evidence, range, coverage),
  }
}

/** Nothing vouches for a mailbox without records. */
async function coverMailboxes(
  lake: ObjectStore,
  { tenantId, mailbox, from, to }: CoverageQuestion & { readonly mailbox: string },
  coverage: readonly CoverageInterval[],
  options?: Abortable,
): Promise<MailboxCoverage[]> {
  const range = { from, to }
  await using records = await openEvidence(lake, tenantId, range, { withEmails: false, ...options })
  const found = await readMailboxEvidence(records, mailbox)
  if (found.length === 0) {
    return [{ mailbox, mailboxGuid: null, coverage: mailboxCoverage(coverage, { throttled: [], recordTimes: [] }, range) }]
  }
  return found.map(({ guid, upn, ...own }) => ({
    mailbox: upn ?? mailbox,
    mailboxGuid: guid,
    coverage: mailboxCoverage(coverage, own, range),
  }))
}

/** What is asked about: the mailboxes if there are any, else the tenant. */
export function askedCoverage({ mailboxes, coverage }: CoverageAnswer): readonly (readonly CoverageInterval[])[] {
  return mailboxes?.map((mailbox) => mailbox.coverage) ?? [coverage]
}
