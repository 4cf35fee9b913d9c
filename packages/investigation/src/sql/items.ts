import { itemColumns } from '../items/item-columns.ts'
import { manifestKey } from '../items/items-manifest.ts'

const columnNames = itemColumns.map(({ name }) => name).join(', ')

/** The lines as stored, less the few that DuckDB cannot read as they are: {@link repairLines} has put those into `repaired`. */
export const readableLines: string = `
CREATE OR REPLACE VIEW readable_lines AS
SELECT l.rowid AS line_no, coalesce(r.text, l.line) AS j
FROM lines l LEFT JOIN repaired r ON r.line_no = l.rowid
WHERE CASE WHEN r.line_no IS NULL THEN NOT is_odd ELSE r.text IS NOT NULL END;
`

/**
 * One row a line. Without `IsThrottled` a record does not say that the mailbox was not throttled: NULL, not false. Another organization's
 * records and other operations are not kept, and counted.
 */
export const deliveries: string = `
CREATE OR REPLACE TABLE deliveries AS
WITH members AS (
  SELECT line_no, json_transform(j, '{
    "Id": "JSON", "OrganizationId": "JSON", "Operation": "JSON", "CreationTime": "JSON", "RecordType": "JSON",
    "OperationProperties": [{"Name": "JSON", "Value": "JSON"}], "MailboxGuid": "JSON", "MailboxOwnerUPN": "JSON", "UserId": "JSON", "LogonType": "JSON",
    "ClientIPAddress": "JSON", "ClientIP": "JSON", "SessionId": "JSON", "AppId": "JSON", "ClientAppId": "JSON",
    "AppAccessContext": {"AADSessionId": "JSON", "UniqueTokenId": "JSON", "ClientAppId": "JSON"}, "ClientInfoString": "JSON", "OperationCount": "JSON",
    "Folders": [{"Path": "JSON", "Name": "JSON", "FolderItems": ["JSON"]}],
    "Item": {"ParentFolder": {"Path": "JSON", "Name": "JSON"}}
  }') AS r
  FROM readable_lines
), texts AS (
  SELECT line_no,
    string_of(r.Id) AS id, string_of(r.OrganizationId) AS organization, string_of(r.Operation) AS operation,
    string_of(r.CreationTime) AS creation_time, string_of(r.MailboxGuid) AS mailbox_guid, string_of(r.MailboxOwnerUPN) AS owner_upn,
    string_of(r.UserId) AS user_id, string_of(r.ClientIPAddress) AS address, string_of(r.ClientIP) AS other_address,
    string_of(r.ClientInfoString) AS client_info,
    [string_of(r.SessionId), string_of(r.AppAccessContext.AADSessionId)] AS sessions,
    string_of(r.AppAccessContext.UniqueTokenId) AS token_id,
    [string_of(r.AppId), string_of(r.ClientAppId), string_of(r.AppAccessContext.ClientAppId)] AS apps,
    property_values(r.OperationProperties, 'mailaccesstype') AS access_types,
    property_values(r.OperationProperties, 'isthrottled') AS flags,
    whole_of(r.RecordType)::INTEGER AS record_type,
    whole_of(r.LogonType)::INTEGER AS logon_type,
    whole_of(r.OperationCount) AS operation_count,
    r.Folders AS folders,
    r.Item.ParentFolder AS parent_folder
  FROM members
), read AS (
  SELECT
    line_no,
    lower(filled(organization)) AS organization,
    filled(operation) AS operation,
    make_timestamp_ms(sane_ms(zoned_ms(creation_time))) AS time,
    filled(id) AS record_id,
    CASE WHEN list_contains(access_types, 'sync') THEN 'Sync' WHEN list_contains(access_types, 'bind') THEN 'Bind' END AS access_type,
    record_type,
    CASE WHEN list_contains(flags, 'true') THEN true WHEN list_contains(flags, 'false') THEN false END AS is_throttled,
    folded(mailbox_guid) AS mailbox_guid,
    folded(owner_upn) AS owner_upn,
    folded(user_id) AS user_id,
    logon_type,
    coalesce(filled(address), filled(other_address)) AS address,
    list_filter(list_transform(sessions, lambda s: folded(s)), lambda s: s IS NOT NULL) AS sessions,
    filled(token_id) AS token_id,
    list_filter(list_transform(apps, lambda a: folded(a)), lambda a: a IS NOT NULL) AS apps,
    filled(client_info) AS client_info,
    operation_count,
    folders,
    parent_folder
  FROM texts
)
SELECT *,
  coalesce(operation = 'MailItemsAccessed', false) AND coalesce(organization, $tenant) = $tenant AS is_kept,
  coalesce(access_type, CASE WHEN record_type = 2 THEN 'Sync' ELSE 'Bind' END) AS kind
FROM read;
`

/** Addresses that are not known yet; core reads them. */
export const newAddresses: string = `
SELECT DISTINCT address FROM deliveries ANTI JOIN addresses USING (address) WHERE is_kept AND address IS NOT NULL
`

/**
 * Every item of every folder of Bind records: several folders, several items and an empty first folder all occur. A Sync names its folder in
 * `Item.ParentFolder`; other readers of the feed report `Folders`. Records outside of the time that is asked about only show that
 * they are there.
 */
export const itemRows: string = `
INSERT INTO item_rows
WITH expanded AS (
  SELECT line_no, kind, folders, parent_folder FROM deliveries
  WHERE is_kept AND (time IS NULL OR time BETWEEN make_timestamp_ms($from::BIGINT) AND make_timestamp_ms($to::BIGINT))
), bound AS (
  SELECT line_no, unnest(folders) AS folder FROM expanded WHERE kind = 'Bind'
), messages AS (
  SELECT line_no, string_of(folder.Path) AS path, unnest(folder.FolderItems) AS message FROM bound
), members AS (
  SELECT line_no, path, json_transform(message, '{"InternetMessageId": "JSON", "Subject": "JSON", "SizeInBytes": "JSON"}') AS m
  FROM messages WHERE json_type(message) = 'OBJECT'
), synced AS (
  SELECT line_no, parent_folder AS folder FROM expanded WHERE kind = 'Sync'
  UNION ALL
  SELECT line_no, {'Path': f.Path, 'Name': f.Name} FROM (SELECT line_no, unnest(folders) AS f FROM expanded WHERE kind = 'Sync')
), texts AS (
  SELECT line_no, 'item' AS row_kind, path, NULL AS name, string_of(m.InternetMessageId) AS internet_message_id, string_of(m.Subject) AS subject,
    whole_of(m.SizeInBytes) AS size_bytes
  FROM members
  UNION ALL
  SELECT line_no, 'folder', string_of(folder.Path), string_of(folder.Name), NULL, NULL, NULL FROM synced
), read AS (
  SELECT line_no, row_kind, known_path(path) AS folder_path, filled(name) AS folder_name, filled(internet_message_id) AS internet_message_id,
    trimmed(internet_message_id) AS trimmed_id, filled(subject) AS subject, size_bytes
  FROM texts
), named AS (
  SELECT * EXCLUDE (trimmed_id), inner_id(trimmed_id) AS message_id
  FROM read WHERE row_kind = 'item' OR folder_path IS NOT NULL OR folder_name IS NOT NULL
), numbered AS (
  SELECT *, row_number() OVER (PARTITION BY line_no) - 1 AS item_index FROM named
), complete AS (
  SELECT d.* EXCLUDE (folders, parent_folder), n.* EXCLUDE (line_no, row_kind, item_index), coalesce(n.row_kind, 'record') AS row_kind, coalesce(n.item_index, 0) AS item_index,
    lower(message_id) AS message_id_folded, a.normalized AS address_normalized, a.is_exchange_online,
    l.digest AS record_digest, l.raw_object, l.raw_line, $recordsBefore::BIGINT + line_no AS record_no
  FROM deliveries d JOIN lines l ON l.rowid = line_no LEFT JOIN numbered n USING (line_no) LEFT JOIN addresses a USING (address)
  WHERE is_kept
)
SELECT ${columnNames}, record_no FROM complete;
`

/** All rows: those of local items files, and those of `item_rows`. */
export function itemsView(files: readonly string[]): string {
  const compacted = files.length === 0 ? '' : `SELECT ${columnNames} FROM ${parquet(files)} UNION ALL`
  return `CREATE VIEW items AS ${compacted} SELECT ${columnNames} FROM item_rows`
}

/**
 * Writes all rows to a file, with the variable `manifest` in its metadata. In order of time, so that a reader passes over the row groups of
 * other times; the rest makes the order one.
 */
export function itemsFile(path: string): string {
  return `COPY (SELECT ${columnNames} FROM items ORDER BY time, record_id, record_digest, raw_object, raw_line, item_index)
    TO '${quoted(path)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupRows}, KV_METADATA {${manifestKey}: getvariable('manifest')})`
}

/** Two or three megabytes, packed: a time within a date is found, and several can be read at once. */
const rowGroupRows = 61_440

function quoted(path: string): string {
  return path.replaceAll("'", "''")
}

/** The records that rows of `item_rows` may repeat. */
export function compactedView(files: readonly string[]): string {
  const from = files.length === 0 ? 'item_rows WHERE false' : `${parquet(files)} WHERE item_index = 0`
  return `CREATE OR REPLACE VIEW compacted AS SELECT record_id, record_digest FROM ${from}`
}

function parquet(files: readonly string[]): string {
  return `read_parquet([${files.map((file) => `'${quoted(file)}'`).join(', ')}], hive_partitioning = false)`
}

/** \`record_no\` tells the records of this table apart. */
export const itemRowsTable: string = `
CREATE TABLE item_rows (${itemColumns.map(({ name, type }) => `${name} ${type}`).join(', ')}, record_no BIGINT);
`

export const lineCounts: string = `
SELECT
  (SELECT count(*) FROM lines) AS read,
  (SELECT count(*) FROM lines) - (SELECT count(*) FROM deliveries) AS unreadable,
  count(*) FILTER (organization <> $tenant) AS "otherTenant",
  count(*) FILTER (coalesce(organization, $tenant) = $tenant AND operation IS DISTINCT FROM 'MailItemsAccessed') AS "otherOperation"
FROM deliveries
`

/**
 * Takes away the records of `item_rows` that stand there or in `compacted` before: those of one Id and digest. A record without an Id counts
 * by itself, for an empty Id is no key; two different records under one Id are both kept.
 */
export const dropRepeats: string = `
CREATE TEMP TABLE repeats AS
WITH fresh AS (
  SELECT record_no, record_id, record_digest FROM item_rows WHERE item_index = 0 AND record_id IS NOT NULL
), repeated AS (
  SELECT record_id, record_digest, min(record_no) AS first_no FROM fresh GROUP BY ALL HAVING count(*) > 1
)
SELECT record_no FROM fresh JOIN repeated USING (record_id, record_digest) WHERE record_no > first_no
UNION
SELECT record_no FROM fresh SEMI JOIN compacted USING (record_id, record_digest);

DELETE FROM item_rows WHERE record_no IN (SELECT record_no FROM repeats);
DROP TABLE repeats;
`
