import { isDeepStrictEqual } from 'node:util'
import type { Answer, MailboxAnswer } from '@mailtrail/investigation'
import type { TrueAnswer, TrueMailbox } from './truth.ts'

/** Where the answer and the truth differ, a line each. Everything the truth names is compared, and nothing may stand beside it. */
export function compareAnswer(answer: Answer, truth: TrueAnswer): string[] {
  const differences: string[] = []
  const compare = (what: string, told: unknown, real: unknown): void => {
    if (isDeepStrictEqual(told, real)) return
    if (Array.isArray(told) && Array.isArray(real)) {
      differences.push(...only(told, real).map((item) => `${what}: ${shorten(item)} is answered and not true`))
      differences.push(...only(real, told).map((item) => `${what}: ${shorten(item)} is true and not answered`))
    } else differences.push(`${what}: answered ${shorten(told)}, true is ${shorten(real)}`)
  }
  compare('lower', answer.lower, truth.lower)
  compare('upper', answer.upper, truth.upper)
  const told = new Map(answer.mailboxes.filter(hasFindings).map((mailbox) => [mailbox.mailbox, summary(mailbox)]))
  const real = new Map(truth.mailboxes.map((mailbox) => [mailbox.mailbox, summary(mailbox)]))
  for (const name of new Set([...told.keys(), ...real.keys()])) {
    const [toldMailbox, realMailbox] = [told.get(name), real.get(name)]
    if (!toldMailbox || !realMailbox) compare(name, toldMailbox && 'found', realMailbox && 'found')
    else for (const key of Object.keys(realMailbox) as (keyof Summary)[]) compare(`${name} ${key}`, toldMailbox[key], realMailbox[key])
  }
  return differences
}

type Summary = ReturnType<typeof summary>

/** A mailbox of either side; a record may name none by GUID, and a Sync no folder. */
type Comparable = Pick<MailboxAnswer, keyof TrueMailbox> | TrueMailbox

function hasFindings(mailbox: MailboxAnswer): boolean {
  const { itemised, syncedFolders, presumed, throttled, possible, undetermined, unnamedAccesses } = mailbox
  return [itemised, syncedFolders, presumed, throttled, possible, undetermined].some(({ length }) => length > 0) || unnamedAccesses > 0
}

/** Both sides in one form: what is a set in sorted order, times in milliseconds. */
function summary(mailbox: Comparable) {
  return {
    mailboxGuid: mailbox.mailboxGuid,
    itemised: mailbox.itemised
      .map((message) => ({
        id: message.internetMessageId,
        subject: message.subject,
        sender: message.sender?.toLowerCase() ?? null,
        recipients: [...message.recipients].sort(),
        time: Date.parse(message.time),
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    unnamedAccesses: mailbox.unnamedAccesses,
    syncedFolders: mailbox.syncedFolders.map(({ folder, times }) => ({ folder, times: times.map((time) => Date.parse(time)).sort() })),
    presumed: [...mailbox.presumed].sort(),
    throttled: mailbox.throttled.map(({ from, to }) => [Date.parse(from), Date.parse(to)]),
    possible: [...mailbox.possible].sort(),
    undetermined: [...mailbox.undetermined].sort(),
  }
}

function only(items: readonly unknown[], others: readonly unknown[]): unknown[] {
  return items.filter((item) => !others.some((other) => isDeepStrictEqual(item, other)))
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 500 ? `${text.slice(0, 500)}… (${text.length} characters)` : text
}
