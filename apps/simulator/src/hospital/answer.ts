import type { Answer, MailboxAnswer, Question, ThrottleAlert } from '../world.ts'
import type { Access } from './access.ts'
import { dayMs, incidentFrom, incidentTo, minuteMs } from './calendar.ts'
import type { CastTenant, Mailbox } from './cast.ts'
import { intruderNetwork } from './intruder-accesses.ts'
import type { Message } from './mail.ts'
import type { StoryLine } from './story.ts'

/** Exchange aggregates binds for up to two minutes, so unrecorded time may begin that long before the first flagged record. */
const aggregationMs = 2 * minuteMs

export function questionOf({ tenantId }: CastTenant): Question {
  return { tenantId, from: iso(incidentFrom), to: iso(incidentTo), ips: [intruderNetwork] }
}

/** The true answer, from what happened; no record is read for it. */
export function answerOf({ cast, hospitalMail, hospitalAccesses }: StoryLine): Answer {
  const mailboxes = cast.hospital.mailboxes
    .map((mailbox) => {
      const accesses = hospitalAccesses.filter((access) => access.mailbox === mailbox)
      return mailboxAnswer(mailbox, accesses, hospitalMail.messages)
    })
    .filter(hasSomething)
    .sort((a, b) => (a.mailbox < b.mailbox ? -1 : 1))
  const itemised = mailboxes.flatMap((mailbox) => mailbox.itemised.map(({ internetMessageId }) => internetMessageId))
  const others = mailboxes.flatMap(({ presumed, possible, undetermined }) => [...presumed, ...possible, ...undetermined])
  return { lower: new Set(itemised).size, upper: new Set([...itemised, ...others]).size, mailboxes }
}

export function alertsOf({ cast: { hospital, flooded } }: StoryLine): ThrottleAlert[] {
  return [{ type: 'mailbox.throttled', tenantId: hospital.tenantId, mailbox: flooded.upn, mailboxGuid: flooded.guid }]
}

function mailboxAnswer(mailbox: Mailbox, accesses: readonly Access[], messages: readonly Message[]): MailboxAnswer {
  const inIncident = accesses.filter(({ time }) => time >= incidentFrom && time < incidentTo).sort((a, b) => a.time - b.time)
  const attributed = inIncident.filter(({ address }) => address.decides === 'inside')
  const firstReads = firstReadsOf(attributed)
  const syncs = attributed.filter(({ what }) => what.type === 'Sync')
  const known = messages.filter((message) => message.isExported && concerns(message, mailbox))
  const throttled = throttleIntervals(accesses)
  const lastSync = syncs.at(-1)?.time
  const undecided = inIncident.filter(({ address }) => address.decides === 'nothing')
  const undetermined = [...firstReadsOf(undecided).keys()].filter((message) => !firstReads.has(message))
  return {
    mailbox: mailbox.upn,
    mailboxGuid: mailbox.guid,
    itemised: [...firstReads].map(([message, time]) => itemisedMessage(message, time)).sort(byId),
    unnamedAccesses: attributed.reduce((sum, { what }) => sum + (what.type === 'Bind' ? what.unnamed : 0), 0),
    syncedFolders: syncedFolders(syncs),
    presumed: lastSync === undefined ? [] : ids(known.filter(({ sentAt }) => sentAt <= lastSync)),
    throttled: throttled.map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
    possible: ids(known.filter(({ sentAt }) => throttled.some(({ to }) => sentAt < Math.min(incidentTo, to)))),
    undetermined: ids(undetermined),
  }
}

/** When each message was first named, in order of time. */
function firstReadsOf(accesses: readonly Access[]): Map<Message, number> {
  const reads = new Map<Message, number>()
  for (const { time, what } of accesses) {
    for (const { message } of what.type === 'Bind' ? what.items : []) if (!reads.has(message)) reads.set(message, time)
  }
  return reads
}

function itemisedMessage({ id, subject, sender, recipients, isExported }: Message, time: number): MailboxAnswer['itemised'][number] {
  if (!isExported) return { internetMessageId: id, subject: null, sender: null, recipients: [], time: iso(time) }
  return { internetMessageId: id, subject, sender, recipients, time: iso(time) }
}

/** Received by the mailbox, or sent from it. */
function concerns({ sender, recipients }: Message, { upn }: Mailbox): boolean {
  return sender === upn || recipients.includes(upn)
}

function syncedFolders(syncs: readonly Access[]): { readonly folder: string; readonly times: readonly string[] }[] {
  const byFolder = Map.groupBy(syncs, ({ what }) => (what.type === 'Sync' ? what.folder : ''))
  return [...byFolder].map(([folder, accesses]) => ({ folder, times: accesses.map(({ time }) => iso(time)).sort() }))
}

/** The story has one interval at most a mailbox; only one that overlaps the incident matters to the case. */
function throttleIntervals(accesses: readonly Access[]): { readonly from: number; readonly to: number }[] {
  const flagged = accesses.filter(({ throttled }) => throttled !== undefined).map(({ time }) => time)
  if (flagged.length === 0) return []
  const interval = { from: Math.min(...flagged) - aggregationMs, to: Math.max(...flagged) + dayMs }
  return interval.from < incidentTo && interval.to > incidentFrom ? [interval] : []
}

function hasSomething({ itemised, unnamedAccesses, syncedFolders, presumed, throttled, possible, undetermined }: MailboxAnswer): boolean {
  return unnamedAccesses > 0 || [itemised, syncedFolders, presumed, throttled, possible, undetermined].some(({ length }) => length > 0)
}

function ids(messages: readonly Message[]): string[] {
  return [...new Set(messages.map(({ id }) => id))].sort()
}

function byId(a: { readonly internetMessageId: string }, b: { readonly internetMessageId: string }): number {
  return a.internetMessageId < b.internetMessageId ? -1 : 1
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
