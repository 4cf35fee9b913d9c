import type { Json } from './lake-fixture.ts'
import { tenantId } from './lake-fixture.ts'

let ids = 0

export const dora = { MailboxGuid: 'd0000000-0000-4000-8000-000000000001', MailboxOwnerUPN: 'dora@hospital.example' }
export const emil = { MailboxGuid: 'e0000000-0000-4000-8000-000000000002', MailboxOwnerUPN: 'emil@hospital.example' }

/** The intruder's client in these tests; the question asks for 174.20.0.0/16. */
export const intruderAddress = '174.20.1.1'
export const ownerAddress = '192.0.2.10'

/** A Bind record of the intruder that names `ids` in the inbox. */
export function bind(messageIds: readonly string[], members: Json = {}): Json {
  return {
    ...common(members),
    RecordType: 50,
    ClientIPAddress: intruderAddress,
    OperationProperties: [
      { Name: 'MailAccessType', Value: 'Bind' },
      { Name: 'IsThrottled', Value: 'False' },
    ],
    Folders: [{ Path: '\\Inbox', FolderItems: messageIds.map((id) => ({ InternetMessageId: `<${id}>` })) }],
    OperationCount: messageIds.length,
    ...members,
  }
}

/** A Sync record of the intruder, in the shape of the public corpus. */
export function sync(folder: string, members: Json = {}): Json {
  return {
    ...common(members),
    RecordType: 2,
    ClientIP: intruderAddress,
    OperationProperties: [{ Name: 'MailAccessType', Value: 'Sync' }],
    Item: { Id: 'AAA', ParentFolder: { Id: 'AAA', Name: folder, Path: 'Not Available' } },
    ...members,
  }
}

function common(members: Json): Json {
  ids += 1
  return {
    Id: `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`,
    CreationTime: '2024-03-14T09:00:00',
    Operation: 'MailItemsAccessed',
    OrganizationId: tenantId,
    UserId: members.MailboxOwnerUPN ?? dora.MailboxOwnerUPN,
    ...dora,
  }
}

/** An EmailEvents row in the Streaming API's envelope, received by Dora. */
export function emailEvent(messageId: string, columns: Json = {}): Json {
  const properties = {
    Timestamp: '2024-03-14T08:00:00Z',
    NetworkMessageId: `n-${messageId}`,
    InternetMessageId: `<${messageId}>`,
    SenderFromAddress: 'sender@partner.example',
    RecipientEmailAddress: dora.MailboxOwnerUPN,
    Subject: `About ${messageId}`,
    EmailDirection: 'Inbound',
    ReportId: 'r1',
    ...columns,
  }
  return { time: properties.Timestamp, tenantId, category: 'AdvancedHunting-EmailEvents', properties }
}
