import type { Random } from '../random.ts'
import { dayMs, storyDays, wholeSecond } from './calendar.ts'
import type { CastTenant, Mailbox } from './cast.ts'
import type { FiledMessage } from './mail.ts'
import { writeSubject } from './subjects.ts'

/** A record of another operation, at a time. */
export interface OtherRecord {
  readonly time: number
  readonly record: object
}

const itemOperations = ['Send', 'Create', 'Update', 'SoftDelete', 'SendAs', 'MailboxLogin'] as const
const groupOperations = ['MoveToDeletedItems', 'HardDelete', 'Move'] as const

/** What else a mailbox leaves in the Exchange feed. */
export function otherRecords(random: Random, tenant: CastTenant, mailbox: Mailbox, filed: readonly FiledMessage[]): OtherRecord[] {
  return storyDays.flatMap((midnight) =>
    Array.from({ length: random.int(15, 29) }, () => {
      const time = wholeSecond(midnight + random.int(0, dayMs - 1))
      return { time, record: otherRecord(random, { tenant, mailbox, time }, filed) }
    }),
  )
}

interface Happening {
  readonly tenant: CastTenant
  readonly mailbox: Mailbox
  readonly time: number
}

function otherRecord(random: Random, happening: Happening, filed: readonly FiledMessage[]): object {
  const kind = random.next()
  if (kind < 0.5) return itemRecord(random, happening)
  if (kind < 0.85) return groupRecord(random, happening, filed)
  if (kind < 0.93) return adminRecord(random, happening)
  if (kind < 0.97) return attachmentRecord(random, happening, filed)
  return misleadingRecord(random, happening)
}

function itemRecord(random: Random, happening: Happening): object {
  return {
    ...commonMembers(random, happening, random.pick(itemOperations), 2),
    Item: { Id: `RgAAAAB${random.hex(40)}`, Subject: writeSubject(random), ParentFolder: { Id: random.hex(32), Path: '\\Drafts' } },
    SaveToSentItems: true,
  }
}

function groupRecord(random: Random, happening: Happening, filed: readonly FiledMessage[]): object {
  return {
    ...commonMembers(random, happening, random.pick(groupOperations), 3),
    AffectedItems: random.sample(filed, random.int(1, 4)).map(({ message, folder }) => ({
      Id: `RgAAAAB${random.hex(40)}`,
      InternetMessageId: `<${message.id}>`,
      ParentFolder: { Id: random.hex(32), Path: folder },
      Subject: message.subject,
    })),
    CrossMailboxOperation: false,
  }
}

function adminRecord(random: Random, happening: Happening): object {
  const { mailbox, tenant } = happening
  return {
    ...commonMembers(random, happening, random.pick(['Set-Mailbox', 'New-InboxRule', 'Set-CASMailbox']), 1),
    ObjectId: `${tenant.domain}\\${mailbox.displayName}`,
    Parameters: [
      { Name: 'Identity', Value: mailbox.upn },
      { Name: 'AuditOwner', Value: 'Update,MoveToDeletedItems,MailItemsAccessed' },
    ],
  }
}

/** Shares its record type with MailItemsAccessed. */
function attachmentRecord(random: Random, happening: Happening, filed: readonly FiledMessage[]): object {
  return {
    ...commonMembers(random, happening, 'AttachmentAccess', 50),
    OperationProperties: [{ Name: 'AttachmentAccessType', Value: 'Bind' }],
    Messages: random
      .sample(filed, 1)
      .map(({ message }) => ({ InternetMessageId: `<${message.id}>`, MessageItems: [{ Name: 'scan.pdf' }] })),
  }
}

/** A record of another operation in which `"Operation":"MailItemsAccessed"` occurs all the same. */
function misleadingRecord(random: Random, happening: Happening): object {
  return {
    ModifiedObject: { Operation: 'MailItemsAccessed', RecordType: 50, Id: random.guid() },
    ...commonMembers(random, happening, 'Set-MailboxAuditBypassAssociation', 1),
    Parameters: [{ Name: 'Comment', Value: 'The "Operation":"MailItemsAccessed" is audited.', Operation: 'MailItemsAccessed' }],
  }
}

function commonMembers(random: Random, { tenant, mailbox, time }: Happening, operation: string, recordType: number): object {
  return {
    CreationTime: new Date(time).toISOString().slice(0, 19),
    Id: random.guid(),
    Operation: operation,
    OrganizationId: tenant.tenantId,
    RecordType: recordType,
    ResultStatus: 'Succeeded',
    UserKey: mailbox.userKey,
    UserType: 0,
    Version: 1,
    Workload: 'Exchange',
    ClientIP: mailbox.address,
    UserId: mailbox.upn,
    ClientIPAddress: mailbox.address,
    ClientInfoString: 'Client=OWA;Action=ViaProxy',
    ExternalAccess: false,
    LogonType: 0,
    MailboxGuid: mailbox.guid,
    MailboxOwnerUPN: mailbox.upn,
    OrganizationName: tenant.domain,
    OriginatingServer: `AM0PR04MB${random.int(1000, 9999)} (15.20.4200.000)\r\n`,
  }
}
