import type { Random } from '../random.ts'
import type { Cast } from './cast.ts'
import type { MailRoom, Message } from './mail.ts'

/**
 * Mail from the hospital that the clinic received: it has the same message ids in both tenants, and another subject in the clinic.
 *
 * @returns the clinic's mail with that added
 */
export function shareMail(random: Random, { clinic }: Cast, hospitalMail: MailRoom, clinicMail: MailRoom): MailRoom {
  const sent = hospitalMail.messages.filter(({ sender, isExported }) => sender.endsWith('@contoso-hospital.example') && isExported)
  const shared = random.sample(sent, 30).map((message) => {
    const mailbox = random.pick(clinic.mailboxes)
    return {
      mailbox,
      message: { ...message, networkMessageId: random.guid(), subject: `[EXTERNAL] ${message.subject}`, recipients: [mailbox.upn] },
    }
  })
  return {
    messages: [...clinicMail.messages, ...shared.map(({ message }): Message => message)],
    filed: new Map(
      [...clinicMail.filed].map(([upn, filed]) => [
        upn,
        [
          ...filed,
          ...shared.filter(({ mailbox }) => mailbox.upn === upn).map(({ mailbox, message }) => ({ message, folder: mailbox.inbox })),
        ],
      ]),
    ),
  }
}
