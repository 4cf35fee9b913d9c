import type { MailboxAnswer, MailboxWithoutRecords } from './answer.ts'
import type { Findings } from './read-findings.ts'

/**
 * The interval. `lower` counts distinct itemised ids, `upper` distinct ids of all classes; an EmailEvents id that stands for an itemised
 * message is not counted beside it.
 */
export function countMessages(
  mailboxes: readonly MailboxAnswer[],
  withoutRecords: readonly MailboxWithoutRecords[],
  findings: Findings,
): { readonly lower: number; readonly upper: number } {
  const itemised = new Set(mailboxes.flatMap((mailbox) => mailbox.itemised.map((message) => message.internetMessageId)))
  const knownAs = new Set([...findings.itemised.values()].flat().flatMap((item) => item.knownAs))
  const others = new Set<string>()
  for (const { possible } of withoutRecords) for (const id of possible) others.add(id)
  for (const { presumed, possible, undetermined } of mailboxes) {
    for (const ids of [presumed, possible, undetermined]) for (const id of ids) others.add(id)
  }
  const further = [...others].filter((id) => !itemised.has(id) && !knownAs.has(id))
  return { lower: itemised.size, upper: itemised.size + further.length }
}
