import { parseCreationTime } from './creation-time.ts'
import { normalizeAddress } from './ip-address.ts'
import type { JsonObject, JsonValue } from './json-value.ts'
import { readBoolean, readNumber, readObject, readObjects, readText } from './lenient-json.ts'
import { bareMessageId } from './message-id.ts'

/** `Bind` names single messages; `Sync` says that a desktop Outlook took a whole folder. */
export type MailAccessType = 'Bind' | 'Sync'

/** `normalized` is absent where `raw` is no address; see {@link normalizeAddress}. */
export interface ClientAddress {
  readonly raw: string
  readonly normalized: string | undefined
}

/** A message named by a record. Both ids are absent where Exchange named none: an access all the same. */
export interface AccessedItem {
  readonly folder: string | undefined
  readonly internetMessageId: string | undefined
  readonly messageId: string | undefined
  readonly subject: string | undefined
  readonly sizeInBytes: number | undefined
}

/** A folder of which a client took everything; Exchange gives its name, or its path, or both. */
export interface SyncedFolder {
  readonly path: string | undefined
  readonly name: string | undefined
}

/** One MailItemsAccessed record, read. `undefined` always means that the record does not say. */
export interface MailAccess {
  readonly id: string | undefined
  /** Milliseconds since the epoch; a Bind record stands for up to two minutes. */
  readonly time: number | undefined
  readonly recordType: number | undefined
  readonly accessType: MailAccessType | undefined
  readonly isThrottled: boolean | undefined
  readonly mailboxGuid: string | undefined
  /** The owner's UPN in lower case, else the actor's. */
  readonly mailbox: string | undefined
  readonly userId: string | undefined
  readonly logonType: number | undefined
  readonly address: ClientAddress | undefined
  readonly sessionKey: string | undefined
  readonly tokenId: string | undefined
  readonly appId: string | undefined
  readonly clientAppId: string | undefined
  readonly clientInfo: string | undefined
  /** Operations, not messages. */
  readonly operationCount: number | undefined
  readonly items: readonly AccessedItem[]
  readonly syncedFolders: readonly SyncedFolder[]
}

/**
 * Reads a MailItemsAccessed record as leniently as records vary on the wire and in exports: numbers and booleans as text, lists as JSON
 * or PowerShell text inside strings, parts null or absent. Never throws.
 *
 * @see https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema
 */
export function parseMailAccess(record: JsonObject): MailAccess {
  const appAccess = readObject(record.AppAccessContext)
  const accessType = readAccessType(record)
  const folders = readObjects(record.Folders)
  return {
    id: readText(record.Id),
    time: parseCreationTime(record.CreationTime),
    recordType: readNumber(record.RecordType),
    accessType,
    isThrottled: readIsThrottled(record),
    mailboxGuid: readText(record.MailboxGuid)?.trim().toLowerCase(),
    mailbox: (readText(record.MailboxOwnerUPN) ?? readText(record.UserId))?.trim().toLowerCase(),
    userId: readText(record.UserId),
    logonType: readNumber(record.LogonType),
    address: readAddress(record),
    sessionKey: readText(record.SessionId) ?? readText(appAccess?.AADSessionId),
    tokenId: readText(appAccess?.UniqueTokenId),
    appId: readText(record.AppId),
    clientAppId: readText(record.ClientAppId),
    clientInfo: readText(record.ClientInfoString),
    operationCount: readNumber(record.OperationCount),
    items: folders.flatMap(readItems),
    syncedFolders: accessType === 'Sync' ? readSyncedFolders(record, folders) : [],
  }
}

/** Every value of one operation property: neither order, presence nor letter case is promised. */
function propertyValues(record: JsonObject, name: string): JsonValue[] {
  return readObjects(record.OperationProperties)
    .filter((property) => readText(property.Name)?.trim().toLowerCase() === name)
    .map((property) => property.Value ?? null)
}

function readAccessType(record: JsonObject): MailAccessType | undefined {
  const words = propertyValues(record, 'mailaccesstype').map((value) => String(value).trim().toLowerCase())
  if (words.includes('sync')) return 'Sync'
  return words.includes('bind') ? 'Bind' : undefined
}

/** A record without the flag does not say that the mailbox was not throttled. */
function readIsThrottled(record: JsonObject): boolean | undefined {
  const flags = propertyValues(record, 'isthrottled').map(readBoolean)
  return flags.includes(true) || (flags.includes(false) ? false : undefined)
}

/** Bind records carry no `ClientIP`, Sync records do. */
function readAddress(record: JsonObject): ClientAddress | undefined {
  const raw = readText(record.ClientIPAddress) ?? readText(record.ClientIP)
  return raw === undefined ? undefined : { raw, normalized: normalizeAddress(raw) }
}

function readItems(folder: JsonObject): AccessedItem[] {
  return readObjects(folder.FolderItems).map((item) => {
    const internetMessageId = readText(item.InternetMessageId)
    return {
      folder: readPath(folder),
      internetMessageId,
      messageId: internetMessageId === undefined ? undefined : bareMessageId(internetMessageId),
      subject: readText(item.Subject),
      sizeInBytes: readNumber(item.SizeInBytes),
    }
  })
}

/** Sync records name their folder in `Item.ParentFolder`; other readers of the feed report `Folders`. */
function readSyncedFolders(record: JsonObject, folders: readonly JsonObject[]): SyncedFolder[] {
  const parent = readObject(readObject(record.Item)?.ParentFolder)
  return (parent ? [parent, ...folders] : folders)
    .map((folder) => ({ path: readPath(folder), name: readText(folder.Name) }))
    .filter(({ path, name }) => path !== undefined || name !== undefined)
}

/** The path of a synced folder is mostly this text, which is no path. */
function readPath(folder: JsonObject): string | undefined {
  const path = readText(folder.Path)
  return path === 'Not Available' ? undefined : path
}
