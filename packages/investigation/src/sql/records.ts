/** The lines as stored, less the few that DuckDB cannot read as they are: {@link repairLines} has put those into `repaired`. */
export const readableLines: string = `
CREATE VIEW readable_lines AS
SELECT l.rowid AS line_no, l.line, coalesce(r.text, l.line) AS j
FROM lines l LEFT JOIN repaired r ON r.line_no = l.rowid
WHERE CASE WHEN r.line_no IS NULL THEN NOT is_odd ELSE r.text IS NOT NULL END;
`

/**
 * One row a line. Without `IsThrottled` a record does not say that the mailbox was not throttled: NULL, not false.
 */
export const deliveries: string = `
CREATE TABLE deliveries AS
WITH members AS (
  SELECT line_no, md5(line) AS text_digest, json_transform(j, '{
    "Id": "JSON", "OrganizationId": "JSON", "Operation": "JSON", "CreationTime": "JSON", "RecordType": "JSON",
    "OperationProperties": "JSON", "MailboxGuid": "JSON", "MailboxOwnerUPN": "JSON", "UserId": "JSON",
    "ClientIPAddress": "JSON", "ClientIP": "JSON", "SessionId": "JSON", "AppId": "JSON", "ClientAppId": "JSON",
    "AppAccessContext": "JSON"
  }') AS r
  FROM readable_lines
), listed AS (
  SELECT line_no, text_digest, r,
    property_values(r.OperationProperties, 'mailaccesstype') AS access_types,
    property_values(r.OperationProperties, 'isthrottled') AS flags,
    zoned_ms(text_of(r.CreationTime)) AS time
  FROM members
)
SELECT
  line_no,
  text_digest,
  text_of(r.Id) AS id,
  lower(text_of(r.OrganizationId)) AS organization,
  text_of(r.Operation) AS operation,
  sane_ms(time) AS time,
  CASE WHEN list_contains(access_types, 'sync') THEN 'Sync' WHEN list_contains(access_types, 'bind') THEN 'Bind' END AS access_type,
  trimmed(r.RecordType ->> '$') AS record_type,
  CASE WHEN list_contains(flags, 'true') THEN true WHEN list_contains(flags, 'false') THEN false END AS is_throttled,
  lower(trimmed(text_of(r.MailboxGuid))) AS mailbox_guid,
  lower(trimmed(text_of(r.MailboxOwnerUPN))) AS owner_upn,
  lower(trimmed(text_of(r.UserId))) AS user_id,
  coalesce(text_of(r.ClientIPAddress), text_of(r.ClientIP)) AS address,
  list_filter(
    [text_of(r.SessionId), member(r.AppAccessContext, '$.AADSessionId')], lambda s: s IS NOT NULL
  ).list_transform(lambda s: lower(trimmed(s))) AS sessions,
  list_filter(
    [text_of(r.AppId), text_of(r.ClientAppId), member(r.AppAccessContext, '$.ClientAppId')], lambda a: a IS NOT NULL
  ).list_transform(lambda a: lower(trimmed(a))) AS apps
FROM listed;
`

/** Ids that came with more than one text: the same record in another key order, or a variant. {@link digestRepeats} tells them apart. */
export const repeatedIds: string = `
CREATE TEMP TABLE repeated AS
SELECT d.line_no, l.line
FROM deliveries d JOIN lines l ON l.rowid = d.line_no
WHERE d.id IN (SELECT id FROM deliveries WHERE id IS NOT NULL GROUP BY id HAVING count(DISTINCT text_digest) > 1);
`

/**
 * `records`: deliveries deduped by Id. A record without an Id counts by itself, for an empty Id is no key; two different records under
 * one Id are both kept. Another organization's records and other operations stay out, counted.
 */
export const records: string = `
CREATE TABLE records AS
SELECT
  line_no AS record_no,
  coalesce(id, 'no-id:' || text_digest) AS record_id,
  id,
  time,
  access_type,
  coalesce(access_type, CASE WHEN TRY_CAST(record_type AS DOUBLE) = 2 THEN 'Sync' ELSE 'Bind' END) AS kind,
  is_throttled,
  mailbox_guid,
  owner_upn,
  user_id,
  address,
  sessions,
  apps
FROM deliveries LEFT JOIN repeats USING (line_no)
WHERE operation = 'MailItemsAccessed' AND coalesce(organization, $tenant) = $tenant
QUALIFY row_number() OVER (
  PARTITION BY coalesce(id, 'line ' || line_no), coalesce(digest, text_digest) ORDER BY line_no
) = 1;
`

export const recordCounts: string = `
SELECT
  (SELECT count(*) FROM lines) AS read,
  (SELECT count(*) FROM lines) - (SELECT count(*) FROM deliveries) AS unreadable,
  (SELECT count(*) FROM deliveries WHERE organization <> $tenant) AS "otherTenant",
  (SELECT count(*) FROM deliveries
    WHERE coalesce(organization, $tenant) = $tenant AND operation IS DISTINCT FROM 'MailItemsAccessed') AS "otherOperation",
  (SELECT count(*) FROM records) AS records,
  (SELECT count(*) FROM (SELECT id FROM records WHERE id IS NOT NULL GROUP BY id HAVING count(*) > 1)) AS variants
`

/** Every item of every folder of Bind records: several folders, several items and an empty first folder all occur. */
export const accesses: string = `
CREATE TABLE accesses AS
WITH folders AS (
  SELECT line_no AS record_no, unnest(json_extract(j, '$.Folders[*]')) AS folder
  FROM readable_lines WHERE line_no IN (SELECT record_no FROM records WHERE kind = 'Bind' AND (time IS NULL OR time BETWEEN $from AND $to))
), listed AS MATERIALIZED (
  SELECT record_no, folder_path(folder) AS folder, json_extract(folder, '$.FolderItems[*]') AS items FROM folders
), items AS (
  SELECT record_no, folder, unnest(items) AS item FROM listed
), named AS (
  SELECT record_no, folder, bare_id(member(item, '$.InternetMessageId')) AS message_id, member(item, '$.Subject') AS subject
  FROM items WHERE json_type(item) = 'OBJECT'
)
SELECT *, lower(message_id) AS folded_id FROM named;
`

/** A Sync names its folder in \`Item.ParentFolder\`; other readers of the feed report \`Folders\`. */
export const syncs: string = `
CREATE TABLE syncs AS
WITH syncing AS (
  SELECT line_no AS record_no, j FROM readable_lines
  WHERE line_no IN (SELECT record_no FROM records WHERE kind = 'Sync' AND (time IS NULL OR time BETWEEN $from AND $to))
), folders AS (
  SELECT record_no, json_extract(j, '$.Item.ParentFolder') AS folder FROM syncing
  UNION ALL
  SELECT record_no, unnest(json_extract(j, '$.Folders[*]')) FROM syncing
), named AS (
  SELECT record_no, folder_path(folder) AS path, member(folder, '$.Name') AS name FROM folders
)
SELECT s.record_no, n.path, n.name, coalesce(n.path, n.name) AS folder
FROM syncing s LEFT JOIN (SELECT * FROM named WHERE path IS NOT NULL OR name IS NOT NULL) n USING (record_no);
`

/**
 * A mailbox is its GUID, under which a rename changes nothing. Records without one join the mailbox whose UPN they name, if there is one
 * such mailbox; the actor's name stands in only where a record names no owner at all.
 */
export const mailboxes: string = `
CREATE TABLE guid_of AS
SELECT owner_upn, min(mailbox_guid) AS mailbox_guid FROM records
WHERE mailbox_guid IS NOT NULL AND owner_upn IS NOT NULL GROUP BY owner_upn HAVING count(DISTINCT mailbox_guid) = 1;

CREATE TABLE record_mailboxes AS
SELECT record_no, coalesce(r.mailbox_guid, g.mailbox_guid, 'upn:' || coalesce(r.owner_upn, r.user_id), 'unknown') AS mailbox_key
FROM records r LEFT JOIN guid_of g USING (owner_upn);

CREATE TABLE mailboxes AS
SELECT
  mailbox_key,
  CASE WHEN mailbox_key NOT LIKE 'upn:%' AND mailbox_key <> 'unknown' THEN mailbox_key END AS mailbox_guid,
  coalesce(arg_max(owner_upn, coalesce(time, 0)) FILTER (owner_upn IS NOT NULL),
    CASE WHEN mailbox_key LIKE 'upn:%' THEN substr(mailbox_key, 5) END) AS upn,
  coalesce(list_sort(list(DISTINCT owner_upn) FILTER (owner_upn IS NOT NULL)), []) AS upns
FROM records JOIN record_mailboxes USING (record_no) GROUP BY mailbox_key;

CREATE TABLE mailbox_addresses AS
SELECT DISTINCT mailbox_key, unnest(list_distinct(list_append(upns, upn))) AS address FROM mailboxes WHERE upn IS NOT NULL;
`
