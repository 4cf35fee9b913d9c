import type { Random } from '../random.ts'
import { dayMs, exportFrom, incidentFrom, storyEnd, storyStart, wholeSecond } from './calendar.ts'
import type { CastTenant, Mailbox } from './cast.ts'
import { writeSubject } from './subjects.ts'

export interface Message {
  /** Without angle brackets. */
  readonly id: string
  readonly networkMessageId: string
  readonly subject: string
  readonly sender: string
  /** Lower-case addresses of this tenant, or of anyone for mail that was sent. */
  readonly recipients: readonly string[]
  readonly sentAt: number
  readonly sizeInBytes: number
  /** Drafts and old mail have no row. */
  readonly isExported: boolean
}

export interface FiledMessage {
  readonly message: Message
  readonly folder: string
}

/** All mail of a tenant, and where it is filed in each mailbox (by UPN). */
export interface MailRoom {
  readonly messages: readonly Message[]
  readonly filed: ReadonlyMap<string, readonly FiledMessage[]>
}

export interface MailVolume {
  readonly received: readonly [min: number, max: number]
  readonly sent: readonly [min: number, max: number]
}

const usualVolume: MailVolume = { received: [42, 88], sent: [12, 28] }

/** Folders below the inbox; some people have their own. */
const subfolders = ['Lab results', 'Referrals', 'Projekte\\Ärzte', 'Archive 2024']

/** @param volumes - by UPN, for mailboxes with more mail than usual */
export function writeMail(random: Random, tenant: CastTenant, volumes: ReadonlyMap<string, MailVolume> = new Map()): MailRoom {
  const filed = new Map<string, FiledMessage[]>(tenant.mailboxes.map(({ upn }) => [upn, []]))
  const messages: Message[] = []
  for (const mailbox of tenant.mailboxes) {
    for (const message of writeMailbox(random.fork(mailbox.upn), tenant, mailbox, volumes.get(mailbox.upn) ?? usualVolume)) {
      messages.push(message)
      fileMessage(random, tenant, message, filed)
    }
  }
  return { messages, filed }
}

function writeMailbox(random: Random, tenant: CastTenant, mailbox: Mailbox, { received, sent }: MailVolume): Message[] {
  const repeat = (count: number, write: () => Message): Message[] => Array.from({ length: count }, write)
  return [
    ...repeat(random.int(...received), () => receivedMessage(random, tenant, mailbox)),
    ...repeat(random.int(...sent), () => sentMessage(random, tenant, mailbox)),
    ...repeat(random.int(3, 6), () => oldMessage(random, tenant, mailbox)),
    ...repeat(random.int(2, 4), () => draft(random, mailbox)),
  ]
}

function receivedMessage(random: Random, tenant: CastTenant, mailbox: Mailbox): Message {
  return createMessage(random, {
    sender: externalAddress(random),
    recipients: [mailbox.upn, ...colleagues(random, tenant)],
    sentAt: sendingTime(random),
    isExported: true,
  })
}

function sentMessage(random: Random, tenant: CastTenant, mailbox: Mailbox): Message {
  const outside = random.chance(0.5) ? [externalAddress(random)] : []
  const inside = colleagues(random, tenant)
  const recipients = [...outside, ...inside].filter((address) => address !== mailbox.upn)
  return createMessage(random, {
    sender: mailbox.upn,
    recipients: recipients.length > 0 ? recipients : [externalAddress(random)],
    sentAt: sendingTime(random),
    isExported: true,
  })
}

function oldMessage(random: Random, tenant: CastTenant, mailbox: Mailbox): Message {
  const sentAt = exportFrom - random.int(1, 300) * dayMs
  return createMessage(random, {
    sender: externalAddress(random),
    recipients: [mailbox.upn, ...colleagues(random, tenant)],
    sentAt,
    isExported: false,
  })
}

function draft(random: Random, mailbox: Mailbox): Message {
  return createMessage(random, { sender: mailbox.upn, recipients: [], sentAt: sendingTime(random), isExported: false })
}

function createMessage(
  random: Random,
  message: Pick<Message, 'sender' | 'recipients' | 'isExported'> & { readonly sentAt: number },
): Message {
  const id = random.chance(0.5)
    ? `${random.hex(32)}@${message.sender.split('@')[1] ?? 'mail.example'}`
    : `AM${random.int(0, 9)}PR0${random.int(1, 9)}MB${random.hex(28).toUpperCase()}@AM0PR04MB${random.int(1000, 9999)}.eurprd04.prod.outlook.com`
  return {
    ...message,
    id,
    networkMessageId: random.guid(),
    subject: writeSubject(random),
    recipients: [...new Set(message.recipients)].sort(),
    sentAt: wholeSecond(message.sentAt),
    sizeInBytes: random.int(4_000, 2_400_000),
  }
}

/** Mail arrives before and during the story; two thirds of it before the incident. */
function sendingTime(random: Random): number {
  const until = random.chance(0.66) ? incidentFrom : storyEnd
  return random.int(exportFrom, until - 1)
}

/** Usually nobody or a few; now and then a whole list. */
function colleagues(random: Random, tenant: CastTenant): string[] {
  const count = random.chance(0.05) ? random.int(3, 49) : Math.max(0, random.int(-4, 2))
  const wards = Array.from({ length: 40 }, (_, ward) => `ward${ward + 1}@regional-wards.example`)
  return random.sample([...tenant.mailboxes.map(({ upn }) => upn), ...wards], count)
}

function externalAddress(random: Random): string {
  return `${random.pick(['lab', 'info', 'dr', 'claims', 'patient', 'orders'])}${random.int(1, 400)}@${random.pick(['northwind.example', 'tailspin.example', 'adatum.example', 'post.example'])}`
}

function fileMessage(random: Random, tenant: CastTenant, message: Message, filed: ReadonlyMap<string, FiledMessage[]>): void {
  for (const mailbox of tenant.mailboxes) {
    const folder = folderFor(random, message, mailbox)
    if (folder) filed.get(mailbox.upn)?.push({ message, folder })
  }
}

function folderFor(random: Random, message: Message, { upn, inbox }: Mailbox): string | undefined {
  if (message.sender === upn) return message.recipients.length === 0 ? '\\Drafts' : '\\Sent Items'
  if (!message.recipients.includes(upn)) return undefined
  if (message.sentAt < storyStart - 60 * dayMs) return '\\Deleted Items\\Old'
  return random.chance(0.4) ? `${inbox}\\${random.pick(subfolders)}` : inbox
}
