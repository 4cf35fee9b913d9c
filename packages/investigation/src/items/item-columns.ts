/** A type of DuckDB's; Parquet and other engines have each of them. Times are UTC without a zone. */
export type ItemColumnType = 'VARCHAR' | 'VARCHAR[]' | 'BOOLEAN' | 'INTEGER' | 'BIGINT' | 'TIMESTAMP'

export interface ItemColumn {
  readonly name: string
  readonly type: ItemColumnType
  /** What it says; NULL where the record does not say it. */
  readonly meaning: string
}

/** Of the columns and their meaning; named in each items file. A reader falls back to raw for a file of another. */
export const itemsSchema = 1

/**
 * What a row of `items` holds: one for each message that a Bind record names, one for each folder of a Sync, and one for a record that names
 * neither. The record's own columns stand in each of its rows; the row with `item_index` 0 stands for the record.
 */
export const itemColumns: readonly ItemColumn[] = [
  { name: 'time', type: 'TIMESTAMP', meaning: 'CreationTime in UTC, to the millisecond; NULL where it is missing or absurd' },
  { name: 'record_id', type: 'VARCHAR', meaning: 'Id' },
  {
    name: 'record_digest',
    type: 'VARCHAR',
    meaning: 'SHA-256 of the record whatever the order of its keys; with the Id it names one record',
  },
  { name: 'item_index', type: 'INTEGER', meaning: 'which row of its record, from 0' },
  { name: 'row_kind', type: 'VARCHAR', meaning: 'what the row names: item (a message), folder (a synced folder) or record (neither)' },
  { name: 'kind', type: 'VARCHAR', meaning: 'Bind or Sync, by MailAccessType, else by RecordType' },
  { name: 'access_type', type: 'VARCHAR', meaning: 'Bind or Sync, by MailAccessType alone' },
  { name: 'record_type', type: 'INTEGER', meaning: 'RecordType' },
  { name: 'is_throttled', type: 'BOOLEAN', meaning: 'IsThrottled' },
  { name: 'mailbox_guid', type: 'VARCHAR', meaning: 'MailboxGuid in lower case' },
  { name: 'owner_upn', type: 'VARCHAR', meaning: 'MailboxOwnerUPN in lower case' },
  { name: 'user_id', type: 'VARCHAR', meaning: 'UserId in lower case: who acted' },
  { name: 'logon_type', type: 'INTEGER', meaning: 'LogonType: 0 owner, 1 administrator, 2 delegate' },
  { name: 'address', type: 'VARCHAR', meaning: 'ClientIPAddress, else ClientIP, as sent' },
  {
    name: 'address_normalized',
    type: 'VARCHAR',
    meaning: 'the address without port and brackets, IPv4 in dotted form; NULL where it is none',
  },
  { name: 'is_exchange_online', type: 'BOOLEAN', meaning: "whether the address is Exchange Online's own" },
  { name: 'sessions', type: 'VARCHAR[]', meaning: 'session ids in lower case: SessionId and AADSessionId' },
  { name: 'token_id', type: 'VARCHAR', meaning: 'UniqueTokenId' },
  { name: 'apps', type: 'VARCHAR[]', meaning: 'application ids in lower case: AppId, ClientAppId, and that of AppAccessContext' },
  { name: 'client_info', type: 'VARCHAR', meaning: 'ClientInfoString' },
  { name: 'operation_count', type: 'BIGINT', meaning: 'OperationCount: operations, not messages' },
  { name: 'folder_path', type: 'VARCHAR', meaning: 'Path of the folder' },
  { name: 'folder_name', type: 'VARCHAR', meaning: 'Name of the folder' },
  { name: 'internet_message_id', type: 'VARCHAR', meaning: 'InternetMessageId as sent' },
  { name: 'message_id', type: 'VARCHAR', meaning: 'the message id without outer white space and angle brackets' },
  { name: 'message_id_folded', type: 'VARCHAR', meaning: 'message_id in lower case' },
  { name: 'subject', type: 'VARCHAR', meaning: 'Subject of the message' },
  { name: 'size_bytes', type: 'BIGINT', meaning: 'SizeInBytes of the message' },
  {
    name: 'raw_object',
    type: 'VARCHAR',
    meaning: "where the record is: the raw object's name, in the partition of this date",
  },
  { name: 'raw_line', type: 'INTEGER', meaning: 'and the line in it, from 1' },
]
