import { isoSeconds } from '@mailtrail/core'
import type { MailboxAnswer, Undecided } from './answer.ts'
import { toCoverageSpan } from './coverage-span.ts'
import type { MailboxDraft } from './draft-mailbox.ts'
import { type Findings, toSyncedFolder, type UndeterminedRow } from './read-findings.ts'
import type { PresentMessages } from './read-present-messages.ts'

export function answerMailbox(draft: MailboxDraft, findings: Findings, present: PresentMessages | undefined): MailboxAnswer {
  const { key, guid, upn, upns } = draft.mailbox
  const itemised = findings.itemised.get(key) ?? []
  const syncs = findings.syncs.get(key) ?? []
  const undetermined = findings.undetermined.get(key) ?? []
  const [totals] = findings.totals.get(key) ?? []
  return {
    mailbox: upn ?? guid ?? 'mailbox not named by its records',
    mailboxGuid: guid,
    formerNames: upns.filter((name) => name !== upn),
    messages: itemised.length,
    accesses: totals?.accesses ?? 0,
    records: totals?.records ?? 0,
    itemised: itemised.map(({ message }) => message),
    unnamedAccesses: totals?.unnamed ?? 0,
    namelessRecords: totals?.nameless_records ?? 0,
    syncedFolders: syncs.filter(({ verdict }) => verdict === 'attributed').map(toSyncedFolder),
    presumed: present?.presumed ?? [],
    throttled: draft.throttled.map(({ from, to }) => ({ from: isoSeconds(from), to: isoSeconds(to) })),
    possible: present?.possible ?? [],
    undetermined: undetermined.map((row) => row.message_id),
    undecided: countUndecided(undetermined),
    undeterminedSyncs: syncs.filter(({ verdict }) => verdict === 'undetermined').map(toSyncedFolder),
    coverage: draft.coverage.map(toCoverageSpan),
  }
}

function countUndecided(rows: readonly UndeterminedRow[]): Record<Undecided, number> {
  const lacking = (field: Undecided) => rows.filter(({ undecided }) => undecided.includes(field)).length
  return { time: lacking('time'), address: lacking('address'), session: lacking('session'), app: lacking('app') }
}
