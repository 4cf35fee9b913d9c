import { type RawJson, rawJson } from '../json-text.ts'
import type { Random } from '../random.ts'
import type { Access, Bind, Oddity } from './access.ts'
import type { FiledMessage, Message } from './mail.ts'

const programs = {
  owa: { ClientInfoString: 'Client=OWA;Action=ViaProxy', AppId: '00000002-0000-0ff1-ce00-000000000000' },
  outlook: { ClientInfoString: 'Client=MSExchangeRPC', AppId: 'd3590ed6-52b3-4102-aeff-aad2292ab01c' },
  mobile: { ClientInfoString: 'Client=ActiveSync;iPhone12C1/1901.346', AppId: '27922004-5251-4030-b22d-91ecd9a37ea4' },
  rest: { ClientInfoString: 'Client=REST;;', AppId: '00000003-0000-0000-c000-000000000000' },
  application: { ClientInfoString: 'Client=WebServices;AppointmentReminder/2.1', AppId: '5a5a1d9c-2b7c-4a55-9f3c-6f1d0a6f7e11' },
} as const

/** The record of an access, as the Activity API serves it. */
export function accessRecord(random: Random, access: Access): object {
  const { mailbox, tenant, address, what } = access
  const isDrifting = random.chance(0.03)
  const number = (value: number): number | string => (isDrifting ? String(value) : value)
  return {
    ...nestedOperation(access),
    CreationTime: new Date(access.time).toISOString().slice(0, 19),
    Id: access.id,
    Operation: access.oddity === 'escapedOperation' ? rawJson('"MailItems\\u0041ccessed"') : 'MailItemsAccessed',
    OrganizationId: tenant.tenantId,
    RecordType: number(what.type === 'Bind' ? 50 : 2),
    ResultStatus: 'Succeeded',
    UserKey: mailbox.userKey,
    UserType: number(0),
    Version: 1,
    Workload: 'Exchange',
    ...(what.type === 'Sync' && { ClientIP: address.text }),
    UserId: mailbox.upn,
    ...programs[access.by],
    ...(random.chance(0.75) && { ClientAppId: programs[access.by].AppId }),
    ...(address.text !== undefined && { ClientIPAddress: address.text }),
    ...(what.type === 'Sync' && { ClientProcessName: 'OUTLOOK.EXE', ClientVersion: '16.0.17328.20162' }),
    ExternalAccess: isDrifting ? 'False' : false,
    InternalLogonType: number(0),
    LogonType: number(0),
    LogonUserSid: mailbox.sid,
    MailboxGuid: mailbox.guid,
    MailboxOwnerSid: mailbox.sid,
    MailboxOwnerUPN: mailbox.upn,
    OperationProperties: operationProperties(random, access),
    OrganizationName: tenant.domain,
    OriginatingServer: `AM0PR04MB${random.int(1000, 9999)} (15.20.4200.000)\r\n`,
    ...sessionMembers(random, access),
    ...(what.type === 'Bind' ? bindMembers(random, access, what) : syncMembers(random, what.folder)),
  }
}

/** An own `Operation` of a member that comes first must not be taken for the record's. */
function nestedOperation({ oddity }: Access): object {
  return oddity === 'nestedOperation' ? { ExtendedProperties: [{ Operation: 'Send', Name: 'Previous' }] } : {}
}

function operationProperties(random: Random, { what, throttled }: Access): object[] {
  const type = { Name: 'MailAccessType', Value: what.type }
  if (throttled) {
    const flag = { Name: throttled.name, Value: throttled.value }
    return throttled.isFirst ? [flag, type] : [type, flag]
  }
  if (random.chance(0.06)) return [type]
  const flag = { Name: 'IsThrottled', Value: 'False' }
  return random.chance(0.3) ? [flag, type] : [type, flag]
}

/** REST records and newer ones of all kinds have no `SessionId` of their own. */
function sessionMembers(random: Random, { session, by, what }: Access): object {
  if (what.type === 'Sync' || (by !== 'rest' && random.chance(0.5))) return { SessionId: session }
  return { AppAccessContext: { AADSessionId: session, CorrelationId: random.guid(), UniqueTokenId: random.hex(22) } }
}

function syncMembers(random: Random, folder: string): object {
  const id = folderId(random)
  return { Item: { Id: id, ParentFolder: { Id: id, Name: folder, Path: 'Not Available' } } }
}

function bindMembers(random: Random, access: Access, { items, unnamed }: Bind): object {
  if (access.oddity === 'huge') return hugeFolder(random)
  const [first, ...rest] = [...Map.groupBy(items, ({ folder }) => folder)].map(([path, filed]) => ({
    Id: folderId(random),
    Path: path,
    FolderItems: filed.map((item) => folderItem(random, access, item)),
  }))
  const nameless = Array.from({ length: unnamed }, () => ({ SizeInBytes: size(random, random.int(900, 90_000)) }))
  const folder = first ?? { Id: folderId(random), Path: access.mailbox.inbox, FolderItems: [] }
  return {
    Folders: [...emptyFolders(random, access), { ...folder, FolderItems: [...folder.FolderItems, ...nameless] }, ...rest],
    OperationCount: items.length + unnamed,
  }
}

function emptyFolders(random: Random, { oddity }: Access): object[] {
  if (oddity === 'emptyFirstFolder') return [{ Id: folderId(random), Path: '\\Inbox', FolderItems: [] }]
  if (oddity === 'nullFolder') return [{ Id: folderId(random), Path: '\\Outbox', FolderItems: null }]
  return []
}

function folderItem(random: Random, { oddity }: Access, { message }: FiledMessage): object {
  return {
    ...(random.chance(0.4) && { Id: `RgAAAAB${random.hex(40)}` }),
    ...(random.chance(0.2) && { ImmutableId: `LgAAAAA${random.hex(32)}` }),
    InternetMessageId: messageId(message, oddity),
    ...(random.chance(0.85) && { SizeInBytes: size(random, message.sizeInBytes) }),
  }
}

function messageId({ id }: Message, oddity: Oddity | undefined): string {
  if (oddity === 'bareIds') return id
  return oddity === 'paddedIds' ? ` <${id}> ` : `<${id}>`
}

/** Sizes come as decimals at times. */
function size(random: Random, bytes: number): number | RawJson {
  return random.chance(0.12) ? rawJson(`${bytes}.00`) : bytes
}

/** A record of about 2 MB: a program that walks through an archive. */
function hugeFolder(random: Random): object {
  const items = Array.from({ length: 9_000 }, (_, index) => ({
    Id: `RgAAAAB${random.hex(64)}`,
    InternetMessageId: `<archive-${index}-${random.hex(24)}@adatum.example>`,
    SizeInBytes: random.int(2_000, 90_000),
    Sensitivity: 'Normal',
  }))
  return { Folders: [{ Id: folderId(random), Path: '\\Archive', FolderItems: items }], OperationCount: items.length }
}

function folderId(random: Random): string {
  return `LgAAAAC${random.hex(48)}AAAB`
}
