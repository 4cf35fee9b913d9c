import type { ItemisedMessage, MailboxAnswer, SyncedFolder } from './answer.ts'
import { plural } from './plural.ts'
import { renderCoverage } from './render-coverage.ts'
import { clip, visibleText } from './visible-text.ts'

export interface RenderOptions {
  /** Columns. */
  readonly width: number
  /** Messages listed for each mailbox; the rest is counted. */
  readonly limit: number
}

/** Whether a record of the mailbox bears on the question, or it was throttled: then the intruder need not have been seen there. */
export function hasFinding({ records, syncedFolders, undetermined, undeterminedSyncs, throttled }: MailboxAnswer): boolean {
  return records + syncedFolders.length + undetermined.length + undeterminedSyncs.length + throttled.length > 0
}

/** Those with itemised messages first, then synced, throttled, and undetermined ones. */
export function byWeight(a: MailboxAnswer, b: MailboxAnswer): number {
  const weights = (mailbox: MailboxAnswer) => [
    mailbox.messages,
    mailbox.syncedFolders.length,
    mailbox.throttled.length,
    mailbox.undetermined.length,
  ]
  const [ours, theirs] = [weights(a), weights(b)]
  return ours.map((weight, index) => (theirs[index] ?? 0) - weight).find((difference) => difference !== 0) ?? 0
}

export function renderMailbox(mailbox: MailboxAnswer, options: RenderOptions): string[] {
  return [
    title(mailbox),
    ...renderItemised(mailbox, options),
    ...renderSyncs(mailbox),
    ...renderThrottled(mailbox),
    ...renderPossible(mailbox),
    ...renderUndetermined(mailbox),
    ...renderCoverage(mailbox.coverage),
  ]
}

function title({ mailbox, mailboxGuid, formerNames }: MailboxAnswer): string {
  const former = formerNames.length === 0 ? '' : `, also named ${formerNames.map(visibleText).join(', ')}`
  return `Mailbox ${visibleText(mailbox)}${mailboxGuid === null ? '' : ` (${visibleText(mailboxGuid)})`}${former}`
}

function renderItemised(mailbox: MailboxAnswer, { width, limit }: RenderOptions): string[] {
  const { messages, accesses, records, unnamedAccesses, namelessRecords, itemised } = mailbox
  if (records === 0) return ['  E1 itemised: no record names a message in the asked context']
  const rest = itemised.length - limit
  return [
    `  E1 itemised: ${plural(messages, 'message', 'messages')}, in at least ${plural(accesses, 'access', 'accesses')}, from ${plural(records, 'record', 'records')} of up to 2 minutes each`,
    ...itemised.slice(0, limit).flatMap((message) => renderMessage(message).map((line) => clip(line, width))),
    ...(rest > 0 ? [`    and ${plural(rest, 'more message', 'more messages')}`] : []),
    ...(unnamedAccesses > 0 ? [`    ${plural(unnamedAccesses, 'access names', 'accesses name')} no message`] : []),
    ...(namelessRecords > 0 ? [`    ${plural(namelessRecords, 'record names', 'records name')} no item at all`] : []),
  ]
}

function renderMessage(message: ItemisedMessage): string[] {
  const { time, lastTime, sender, recipients, subject, internetMessageId, collisions } = message
  const span = time === lastTime ? time : `${time} .. ${lastTime}`
  const label = subject === '' ? '(empty subject)' : visibleText(subject ?? internetMessageId)
  const note = matchNote(message)
  return [
    `    ${span}  ${parties(sender, recipients)}  ${label}`,
    ...(note === '' ? [] : [`      (${note})`]),
    ...collisions.map(
      (other) =>
        `      ${other.messageTime ?? 'time unknown'}  ${parties(other.sender, other.recipients)}  ${visibleText(other.subject ?? '')}`,
    ),
  ]
}

function parties(sender: string | null, recipients: readonly string[]): string {
  const [first, ...more] = recipients
  const to = first === undefined ? '?' : `${visibleText(first)}${more.length === 0 ? '' : ` +${more.length}`}`
  return `${sender === null ? '?' : visibleText(sender)} → ${to}`
}

function matchNote({ match, scope, collisions }: ItemisedMessage): string {
  const notes = [
    match === 'none' ? 'no metadata' : undefined,
    match === 'folded' ? 'id matches only without case' : undefined,
    scope === 'id_only' ? 'id alone matches, not this mailbox' : undefined,
    collisions.length > 0 ? `${collisions.length} messages have this id` : undefined,
  ]
  return notes.filter((note) => note !== undefined).join('; ')
}

function renderSyncs({ syncedFolders, presumed }: MailboxAnswer): string[] {
  if (syncedFolders.length === 0) return []
  return [
    `  E2 presumed, folder sync: ${plural(syncedFolders.length, 'folder', 'folders')}; which messages lay in them then is not known`,
    ...syncedFolders.map(renderSync),
    `    Microsoft's conservative reading: assume the whole mailbox, ${plural(presumed.length, 'known message', 'known messages')} by the last sync`,
  ]
}

function renderSync({ folder, times }: SyncedFolder): string {
  const [first = 'time unknown'] = times
  const last = times.at(-1)
  const name = folder === null ? 'a folder the record does not name' : visibleText(folder)
  return `    ${name}: ${plural(times.length, 'sync', 'syncs')}, ${first}${last === undefined || last === first ? '' : ` .. ${last}`}`
}

function renderThrottled({ throttled }: MailboxAnswer): string[] {
  return throttled.map(
    ({ from, to }) => `  Throttled ${from} .. ${to}: accesses to single items of this mailbox, by whomever, went unrecorded`,
  )
}

function renderPossible({ possible }: MailboxAnswer): string[] {
  if (possible.length === 0) return []
  return [
    `  E3 possible, unrecorded: ${plural(possible.length, 'known message', 'known messages')} lay in the mailbox before a time that is not settled ended`,
  ]
}

function renderUndetermined({ undetermined, undecided, undeterminedSyncs }: MailboxAnswer): string[] {
  const lacking = Object.entries(undecided).filter(([, count]) => count > 0)
  const why = lacking.map(([field, count]) => `${count} by ${field}`).join(', ')
  return [
    ...(undetermined.length === 0
      ? []
      : [`  E4 undetermined: ${plural(undetermined.length, 'message', 'messages')} whose context cannot be told (${why})`]),
    ...(undeterminedSyncs.length === 0
      ? []
      : [
          '  Syncs whose context cannot be told; if they are the same client, assume the whole mailbox:',
          ...undeterminedSyncs.map(renderSync),
        ]),
  ]
}
