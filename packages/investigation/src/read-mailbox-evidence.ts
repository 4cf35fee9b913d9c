import type { MailboxEvidence } from './mailbox-coverage.ts'
import { mailboxEvidence } from './mailbox-evidence.ts'
import type { Evidence } from './open-evidence.ts'
import { readPresence } from './read-findings.ts'
import { type Mailbox, readMailboxes } from './read-mailboxes.ts'
import { setScope } from './set-scope.ts'

/** The mailboxes that `asked` names, by GUID or by a UPN that they ever had, each with what tells how it was audited in the time of `evidence`. */
export async function readMailboxEvidence(evidence: Evidence, asked: string): Promise<(Mailbox & MailboxEvidence)[]> {
  const connection = await evidence.connect()
  try {
    const mailboxes = await readMailboxes(connection, asked)
    const filter = await setScope(
      connection,
      mailboxes.map(({ key }) => key),
    )
    const presence = await readPresence(connection, filter)
    return mailboxes.map((mailbox) => ({ ...mailbox, ...mailboxEvidence(mailbox.key, presence, evidence.range) }))
  } finally {
    connection.closeSync()
  }
}
