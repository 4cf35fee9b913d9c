-- Made by `node --run lake-sql`; see README.md. Once a case: put the question in place of {{tenant}}, {{from}}, {{to}}, {{mailbox}}, {{networks}}, {{sessions}}, {{apps}}.

-- What is asked. Within one list any entry may match, and every list that is not empty must.
CREATE OR REPLACE TABLE question AS
SELECT
  CAST('{{from}}' AS TIMESTAMP) AS from_time,
  CAST('{{to}}' AS TIMESTAMP) AS to_time,
  lower(trimmed('{{mailbox}}')) AS mailbox,
  list_filter(list_transform(string_split('{{networks}}', ','), lambda t: trim(t)), lambda t: t <> '') AS networks,
  list_transform(list_filter(list_transform(string_split('{{networks}}', ','), lambda t: trim(t)), lambda t: t <> ''), lambda n: network_bits(n)) AS network_keys,
  list_filter(list_transform(string_split(lower('{{sessions}}'), ','), lambda t: trim(t)), lambda t: t <> '') AS sessions,
  list_filter(list_transform(string_split(lower('{{apps}}'), ','), lambda t: trim(t)), lambda t: t <> '') AS apps
FROM (VALUES (1)) AS nothing (one);

-- Asked networks that are none. While there is one, no address is outside of them.
CREATE OR REPLACE TABLE unreadable_networks AS
WITH step_1 AS (
  SELECT * FROM question
  CROSS JOIN UNNEST(CASE WHEN len(networks) > 0 THEN networks ELSE [NULL] END) WITH ORDINALITY AS element (network_element, network_no)
), step_2 AS (
  SELECT
    network_element AS network
  FROM step_1
), step_3 AS (
  SELECT * FROM step_2
  WHERE network IS NOT NULL
)
SELECT * FROM step_3
WHERE NOT network_bits(network) IS NOT NULL;

-- The MailItemsAccessed lines of the tenant, from eight days before the asked time to eight days after it.
CREATE OR REPLACE VIEW raw_lines AS
WITH step_1 AS (
  SELECT
    date,
    tenant,
    operation,
    raw_object,
    line
  FROM raw
), step_2 AS (
  SELECT * FROM step_1
  WHERE (operation = 'MailItemsAccessed' AND tenant = '{{tenant}}' AND date BETWEEN strftime(CAST('{{from}}' AS TIMESTAMP) - INTERVAL '11520' MINUTE, '%Y-%m-%d') AND strftime(CAST('{{to}}' AS TIMESTAMP) + INTERVAL '11520' MINUTE, '%Y-%m-%d'))
), step_3 AS (
  SELECT
    date,
    tenant,
    operation,
    raw_object,
    line
  FROM raw
), step_4 AS (
  SELECT * FROM step_3
  WHERE (operation = 'MailItemsAccessed' AND tenant = '{{tenant}}' AND date = 'unknown')
), step_5 AS (
  SELECT * FROM step_2
  UNION ALL
  SELECT * FROM step_4
)
SELECT
  date,
  raw_object,
  line
FROM step_5;

-- What became of every line. One that this engine cannot read as JSON is in no other view unless it is compacted.
CREATE OR REPLACE VIEW line_counts AS
WITH step_1 AS (
  SELECT *,
    TRY_CAST(line AS JSON) AS j
  FROM raw_lines
), step_2 AS (
  SELECT *,
    text_of(json_extract(j, '$.Operation')) AS operation,
    lower(text_of(json_extract(j, '$.OrganizationId'))) AS organization
  FROM step_1
), step_3 AS (
  SELECT *,
    CASE WHEN NOT coalesce(json_type(j) = 'OBJECT', false) THEN 'unreadable' WHEN (organization IS NOT NULL AND organization <> '{{tenant}}') THEN 'other_tenant' WHEN coalesce(operation = 'MailItemsAccessed', false) THEN 'record' ELSE 'other_operation' END AS fate
  FROM step_2
)
SELECT
  fate,
  count(*) AS lines
FROM step_3
GROUP BY fate;

-- Records, each once: by its Id and what it says. A record without an Id counts by itself, and two different ones under one Id both do.
CREATE OR REPLACE VIEW raw_records AS
WITH step_1 AS (
  SELECT *,
    TRY_CAST(line AS JSON) AS j
  FROM raw_lines
), step_2 AS (
  SELECT *,
    text_of(json_extract(j, '$.Operation')) AS operation,
    lower(text_of(json_extract(j, '$.OrganizationId'))) AS organization
  FROM step_1
), step_3 AS (
  SELECT * FROM step_2
  WHERE (coalesce(json_type(j) = 'OBJECT', false) AND coalesce(operation = 'MailItemsAccessed', false) AND NOT coalesce((organization IS NOT NULL AND organization <> '{{tenant}}'), false))
), step_4 AS (
  SELECT *,
    text_of(json_extract(j, '$.Id')) AS record_id,
    sha256(array_to_string(list_sort(regexp_extract_all(line, '"[^"\\]*(?:\\.[^"\\]*)*"(?::(?:"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"{}\[\],]+))?|[^\s"{}\[\],:]+')), ' ')) AS record_digest
  FROM step_3
), step_5 AS (
  SELECT *, row_number() OVER (PARTITION BY record_id, record_digest ORDER BY raw_object ASC NULLS LAST) AS delivery
  FROM step_4
), step_6 AS (
  SELECT * FROM step_5
  WHERE (delivery = 1 OR record_id IS NULL)
)
SELECT
  date,
  raw_object,
  line,
  record_id,
  record_digest,
  CASE WHEN record_id IS NOT NULL THEN concat('id:', record_id, ':', record_digest) ELSE concat('no-id:', record_digest, ':', CAST(delivery AS VARCHAR)) END AS record_key,
  coalesce(record_id, '') AS record_group
FROM step_6;

-- What the compactor has made of them.
CREATE OR REPLACE VIEW compacted AS
WITH step_1 AS (
  SELECT
    date,
    tenant,
    time,
    record_id,
    record_digest,
    item_index,
    row_kind,
    kind,
    access_type,
    record_type,
    is_throttled,
    mailbox_guid,
    owner_upn,
    user_id,
    logon_type,
    address,
    address_normalized,
    is_exchange_online,
    sessions,
    token_id,
    apps,
    client_info,
    operation_count,
    folder_path,
    folder_name,
    internet_message_id,
    message_id,
    message_id_folded,
    subject,
    size_bytes,
    raw_object,
    raw_line
  FROM items
), step_2 AS (
  SELECT * FROM step_1
  WHERE (tenant = '{{tenant}}' AND date BETWEEN strftime(CAST('{{from}}' AS TIMESTAMP) - INTERVAL '11520' MINUTE, '%Y-%m-%d') AND strftime(CAST('{{to}}' AS TIMESTAMP) + INTERVAL '11520' MINUTE, '%Y-%m-%d'))
), step_3 AS (
  SELECT
    date,
    tenant,
    time,
    record_id,
    record_digest,
    item_index,
    row_kind,
    kind,
    access_type,
    record_type,
    is_throttled,
    mailbox_guid,
    owner_upn,
    user_id,
    logon_type,
    address,
    address_normalized,
    is_exchange_online,
    sessions,
    token_id,
    apps,
    client_info,
    operation_count,
    folder_path,
    folder_name,
    internet_message_id,
    message_id,
    message_id_folded,
    subject,
    size_bytes,
    raw_object,
    raw_line
  FROM items
), step_4 AS (
  SELECT * FROM step_3
  WHERE (tenant = '{{tenant}}' AND date = 'unknown')
), step_5 AS (
  SELECT * FROM step_2
  UNION ALL
  SELECT * FROM step_4
)
SELECT
  time,
  record_id,
  record_digest,
  item_index,
  row_kind,
  kind,
  access_type,
  record_type,
  is_throttled,
  mailbox_guid,
  owner_upn,
  user_id,
  logon_type,
  address,
  address_normalized,
  is_exchange_online,
  sessions,
  token_id,
  apps,
  client_info,
  operation_count,
  folder_path,
  folder_name,
  internet_message_id,
  message_id,
  message_id_folded,
  subject,
  size_bytes,
  raw_object,
  raw_line,
  date,
  CASE WHEN record_id IS NOT NULL THEN concat('id:', record_id, ':', record_digest) ELSE concat('no-id:', raw_object, ':', CAST(raw_line AS VARCHAR)) END AS record_key,
  coalesce(record_id, '') AS record_group
FROM step_5;

-- Records that are in raw and not yet in items. Empty when the compactor is done.
CREATE OR REPLACE TABLE stale_records AS
WITH step_1 AS (
  SELECT
    date, record_group,
    count(*) AS raw_count
  FROM raw_records
  GROUP BY date, record_group
), step_2 AS (
  SELECT * FROM compacted
  WHERE item_index = 0
), step_3 AS (
  SELECT
    date, record_group,
    count(*) AS compacted_count
  FROM step_2
  GROUP BY date, record_group
), step_4 AS (
  SELECT * FROM step_1
  LEFT JOIN step_3 USING (date, record_group)
), step_5 AS (
  SELECT * FROM step_4
  WHERE (compacted_count IS NULL OR coalesce(compacted_count < raw_count, false))
)
SELECT
  date,
  record_group,
  true AS is_stale
FROM step_5;

-- Item rows of the records that items does not hold. `record_digest` is of this engine, and `raw_line` is not known.
CREATE OR REPLACE VIEW raw_items AS
WITH step_1 AS (
  SELECT * FROM raw_records
  JOIN stale_records USING (date, record_group)
), step_2 AS (
  SELECT *,
    TRY_CAST(line AS JSON) AS j
  FROM step_1
), step_3 AS (
  SELECT *,
    unwrapped(json_extract(j, '$.Item')) AS item,
    text_of(json_extract(j, '$.CreationTime')) AS creation_time
  FROM step_2
), step_4 AS (
  SELECT *,
    CASE WHEN json_type(unwrapped(json_extract(j, '$.OperationProperties'))) = 'ARRAY' THEN CAST(unwrapped(json_extract(j, '$.OperationProperties')) AS JSON[]) ELSE [] END AS property_list,
    unwrapped(json_extract(j, '$.AppAccessContext')) AS app_access,
    CASE WHEN json_type(unwrapped(json_extract(j, '$.Folders'))) = 'ARRAY' THEN CAST(unwrapped(json_extract(j, '$.Folders')) AS JSON[]) ELSE [] END AS folder_list,
    unwrapped(json_extract(item, '$.ParentFolder')) AS parent_folder,
    utc_time(creation_time) AS sent_time,
    CAST(whole_number(json_extract(j, '$.RecordType')) AS INTEGER) AS record_type,
    coalesce(text_of(json_extract(j, '$.ClientIPAddress')), text_of(json_extract(j, '$.ClientIP'))) AS address
  FROM step_3
), step_5 AS (
  SELECT *,
    list_transform(list_filter(property_list, lambda p: word_of(json_extract(p, '$.Name')) = 'mailaccesstype'), lambda p: word_of(json_extract(p, '$.Value'))) AS access_words,
    list_transform(list_filter(property_list, lambda p: word_of(json_extract(p, '$.Name')) = 'isthrottled'), lambda p: word_of(json_extract(p, '$.Value'))) AS throttle_words
  FROM step_4
), step_6 AS (
  SELECT *,
    CASE WHEN (CAST('2000-01-01 00:00:00' AS TIMESTAMP) <= sent_time AND sent_time < CAST('2101-01-01 00:00:00' AS TIMESTAMP)) THEN sent_time ELSE CAST(NULL AS TIMESTAMP) END AS time,
    CASE WHEN list_contains(access_words, 'sync') THEN 'Sync' WHEN list_contains(access_words, 'bind') THEN 'Bind' ELSE CAST(NULL AS VARCHAR) END AS access_type,
    CASE WHEN list_contains(throttle_words, 'true') THEN true WHEN list_contains(throttle_words, 'false') THEN false ELSE CAST(NULL AS BOOLEAN) END AS is_throttled,
    normalized_address(address) AS address_normalized
  FROM step_5
), step_7 AS (
  SELECT *,
    CASE WHEN access_type IS NOT NULL THEN access_type WHEN coalesce(record_type = 2, false) THEN 'Sync' ELSE 'Bind' END AS kind
  FROM step_6
), step_8 AS (
  SELECT *,
    CASE WHEN address_normalized IS NOT NULL THEN starts_with(address_normalized, '2603:10a6:') ELSE CAST(NULL AS BOOLEAN) END AS is_exchange_online,
    lower(trimmed(text_of(json_extract(j, '$.MailboxGuid')))) AS mailbox_guid,
    lower(trimmed(text_of(json_extract(j, '$.MailboxOwnerUPN')))) AS owner_upn,
    lower(trimmed(text_of(json_extract(j, '$.UserId')))) AS user_id,
    CAST(whole_number(json_extract(j, '$.LogonType')) AS INTEGER) AS logon_type,
    list_filter([lower(trimmed(text_of(json_extract(j, '$.SessionId')))), lower(trimmed(text_of(json_extract(app_access, '$.AADSessionId'))))], lambda a: a IS NOT NULL) AS sessions,
    text_of(json_extract(app_access, '$.UniqueTokenId')) AS token_id,
    list_filter([lower(trimmed(text_of(json_extract(j, '$.AppId')))), lower(trimmed(text_of(json_extract(j, '$.ClientAppId')))), lower(trimmed(text_of(json_extract(app_access, '$.ClientAppId'))))], lambda a: a IS NOT NULL) AS apps,
    text_of(json_extract(j, '$.ClientInfoString')) AS client_info,
    whole_number(json_extract(j, '$.OperationCount')) AS operation_count,
    CAST(CAST(NULL AS BIGINT) AS INTEGER) AS raw_line,
    CASE WHEN kind = 'Sync' THEN list_prepend(parent_folder, folder_list) ELSE folder_list END AS folders
  FROM step_7
), step_9 AS (
  SELECT
    time,
    record_id,
    record_digest,
    kind,
    access_type,
    record_type,
    is_throttled,
    mailbox_guid,
    owner_upn,
    user_id,
    logon_type,
    address,
    address_normalized,
    is_exchange_online,
    sessions,
    token_id,
    apps,
    client_info,
    operation_count,
    raw_object,
    raw_line,
    date,
    record_key,
    record_group,
    folders
  FROM step_8
), step_10 AS (
  SELECT * FROM step_9
  CROSS JOIN UNNEST(CASE WHEN len(folders) > 0 THEN folders ELSE [NULL] END) WITH ORDINALITY AS element (folder_element, folder_no)
), step_11 AS (
  SELECT *,
    unwrapped(folder_element) AS folder
  FROM step_10
), step_12 AS (
  SELECT *,
    text_of(json_extract(folder, '$.Path')) AS path
  FROM step_11
), step_13 AS (
  SELECT *,
    CASE WHEN path = 'Not Available' THEN CAST(NULL AS VARCHAR) ELSE path END AS sent_path,
    text_of(json_extract(folder, '$.Name')) AS sent_name,
    CASE WHEN kind = 'Sync' THEN CAST([] AS JSON[]) ELSE CASE WHEN json_type(unwrapped(json_extract(folder, '$.FolderItems'))) = 'ARRAY' THEN CAST(unwrapped(json_extract(folder, '$.FolderItems')) AS JSON[]) ELSE [] END END AS messages
  FROM step_12
), step_14 AS (
  SELECT * FROM step_13
  CROSS JOIN UNNEST(CASE WHEN len(messages) > 0 THEN messages ELSE [NULL] END) WITH ORDINALITY AS element (message_element, message_no)
), step_15 AS (
  SELECT *,
    unwrapped(message_element) AS message
  FROM step_14
), step_16 AS (
  SELECT *,
    CASE WHEN (NOT kind = 'Sync' AND coalesce(coalesce(json_type(message) = 'OBJECT', false), false)) THEN 'item' WHEN (kind = 'Sync' AND (sent_path IS NOT NULL OR sent_name IS NOT NULL)) THEN 'folder' ELSE 'record' END AS row_kind
  FROM step_15
), step_17 AS (
  SELECT *,
    CASE WHEN row_kind = 'record' THEN 1 ELSE 0 END AS is_unnamed
  FROM step_16
), step_18 AS (
  SELECT *, row_number() OVER (PARTITION BY record_key ORDER BY is_unnamed ASC NULLS LAST, folder_no ASC NULLS LAST, message_no ASC NULLS LAST) AS place
  FROM step_17
), step_19 AS (
  SELECT * FROM step_18
  WHERE (is_unnamed = 0 OR place = 1)
), step_20 AS (
  SELECT *,
    CAST(place + -1 AS INTEGER) AS item_index,
    CASE WHEN is_unnamed = 1 THEN CAST(NULL AS VARCHAR) ELSE sent_path END AS folder_path,
    CASE WHEN kind = 'Sync' THEN sent_name ELSE CAST(NULL AS VARCHAR) END AS folder_name,
    text_of(json_extract(message, '$.InternetMessageId')) AS internet_message_id,
    bare_id(text_of(json_extract(message, '$.InternetMessageId'))) AS message_id,
    text_of(json_extract(message, '$.Subject')) AS subject,
    whole_number(json_extract(message, '$.SizeInBytes')) AS size_bytes
  FROM step_19
), step_21 AS (
  SELECT *,
    lower(message_id) AS message_id_folded
  FROM step_20
)
SELECT
  time,
  record_id,
  record_digest,
  item_index,
  row_kind,
  kind,
  access_type,
  record_type,
  is_throttled,
  mailbox_guid,
  owner_upn,
  user_id,
  logon_type,
  address,
  address_normalized,
  is_exchange_online,
  sessions,
  token_id,
  apps,
  client_info,
  operation_count,
  folder_path,
  folder_name,
  internet_message_id,
  message_id,
  message_id_folded,
  subject,
  size_bytes,
  raw_object,
  raw_line,
  date,
  record_key,
  record_group
FROM step_21;

-- Every record exactly once: from items, or from raw where items does not hold it yet.
CREATE OR REPLACE TABLE item_rows AS
WITH step_1 AS (
  SELECT * FROM compacted
  LEFT JOIN stale_records USING (date, record_group)
), step_2 AS (
  SELECT * FROM step_1
  WHERE is_stale IS NULL
), step_3 AS (
  SELECT
    time,
    record_id,
    record_digest,
    item_index,
    row_kind,
    kind,
    access_type,
    record_type,
    is_throttled,
    mailbox_guid,
    owner_upn,
    user_id,
    logon_type,
    address,
    address_normalized,
    is_exchange_online,
    sessions,
    token_id,
    apps,
    client_info,
    operation_count,
    folder_path,
    folder_name,
    internet_message_id,
    message_id,
    message_id_folded,
    subject,
    size_bytes,
    raw_object,
    raw_line,
    date,
    record_key,
    record_group
  FROM step_2
)
SELECT * FROM step_3
UNION ALL
SELECT * FROM raw_items;

-- Names that belong to one mailbox only.
CREATE OR REPLACE VIEW named_mailboxes AS
WITH step_1 AS (
  SELECT * FROM item_rows
  WHERE item_index = 0
), step_2 AS (
  SELECT * FROM step_1
  WHERE mailbox_guid IS NOT NULL
), step_3 AS (
  SELECT * FROM step_2
  WHERE owner_upn IS NOT NULL
), step_4 AS (
  SELECT
    owner_upn,
    count(DISTINCT mailbox_guid) AS guids,
    any_value(mailbox_guid) AS named_guid
  FROM step_3
  GROUP BY owner_upn
), step_5 AS (
  SELECT * FROM step_4
  WHERE guids = 1
)
SELECT
  owner_upn,
  named_guid
FROM step_5;

-- Item rows with their mailbox: its GUID, which outlives a rename; else the one mailbox of that name; else a name, at last the actor.
CREATE OR REPLACE VIEW evidence AS
WITH step_1 AS (
  SELECT * FROM item_rows
  LEFT JOIN named_mailboxes USING (owner_upn)
), step_2 AS (
  SELECT *,
    CASE WHEN mailbox_guid IS NOT NULL THEN mailbox_guid WHEN named_guid IS NOT NULL THEN named_guid WHEN owner_upn IS NOT NULL THEN concat('upn:', owner_upn) WHEN user_id IS NOT NULL THEN concat('upn:', user_id) ELSE 'unknown' END AS mailbox_key
  FROM step_1
)
SELECT
  mailbox_key,
  time,
  record_id,
  record_digest,
  item_index,
  row_kind,
  kind,
  access_type,
  record_type,
  is_throttled,
  mailbox_guid,
  owner_upn,
  user_id,
  logon_type,
  address,
  address_normalized,
  is_exchange_online,
  sessions,
  token_id,
  apps,
  client_info,
  operation_count,
  folder_path,
  folder_name,
  internet_message_id,
  message_id,
  message_id_folded,
  subject,
  size_bytes,
  raw_object,
  raw_line,
  date,
  record_key,
  record_group
FROM step_2;

-- Every name of a mailbox; `place` 1 is the latest.
CREATE OR REPLACE VIEW mailbox_addresses AS
WITH step_1 AS (
  SELECT * FROM evidence
  WHERE item_index = 0
), step_2 AS (
  SELECT
    mailbox_key,
    time,
    CASE WHEN owner_upn IS NOT NULL THEN owner_upn WHEN mailbox_guid IS NOT NULL THEN CAST(NULL AS VARCHAR) WHEN user_id IS NOT NULL THEN user_id ELSE CAST(NULL AS VARCHAR) END AS address
  FROM step_1
), step_3 AS (
  SELECT * FROM step_2
  WHERE address IS NOT NULL
), step_4 AS (
  SELECT
    mailbox_key, address,
    max(time) AS last_time
  FROM step_3
  GROUP BY mailbox_key, address
)
SELECT *, row_number() OVER (PARTITION BY mailbox_key ORDER BY last_time DESC NULLS LAST, address DESC NULLS LAST) AS place
FROM step_4;

-- Mailboxes that records name, and from when to when they do.
CREATE OR REPLACE VIEW mailboxes AS
WITH step_1 AS (
  SELECT * FROM evidence
  WHERE item_index = 0
), step_2 AS (
  SELECT
    mailbox_key,
    count(DISTINCT record_key) AS records,
    min(time) AS first_time,
    max(time) AS last_time
  FROM step_1
  GROUP BY mailbox_key
), step_3 AS (
  SELECT
    mailbox_key,
    coalesce(list_sort(list(DISTINCT address) FILTER (WHERE address IS NOT NULL)), []) AS upns
  FROM mailbox_addresses
  GROUP BY mailbox_key
), step_4 AS (
  SELECT * FROM step_2
  LEFT JOIN step_3 USING (mailbox_key)
), step_5 AS (
  SELECT * FROM mailbox_addresses
  WHERE place = 1
), step_6 AS (
  SELECT
    mailbox_key,
    address AS upn
  FROM step_5
), step_7 AS (
  SELECT * FROM step_4
  LEFT JOIN step_6 USING (mailbox_key)
), step_8 AS (
  SELECT *,
    CASE WHEN (starts_with(mailbox_key, 'upn:') OR mailbox_key = 'unknown') THEN CAST(NULL AS VARCHAR) ELSE mailbox_key END AS mailbox_guid
  FROM step_7
)
SELECT
  mailbox_key,
  mailbox_guid,
  upn,
  upns,
  records,
  first_time,
  last_time
FROM step_8;

-- All EmailEvents rows of the tenant, as imported.
CREATE OR REPLACE VIEW email_lines AS
WITH step_1 AS (
  SELECT
    tenant,
    line
  FROM email_events
), step_2 AS (
  SELECT * FROM step_1
  WHERE tenant = '{{tenant}}'
)
SELECT
  line
FROM step_2;

-- One row a message and recipient is the latest, for a row is repeated whenever its verdict or location changes.
CREATE OR REPLACE TABLE email_rows AS
WITH step_1 AS (
  SELECT *,
    TRY_CAST(line AS JSON) AS j
  FROM email_lines
), step_2 AS (
  SELECT * FROM step_1
  WHERE coalesce(json_type(j) = 'OBJECT', false)
), step_3 AS (
  SELECT *,
    lower(text_of(json_extract(j, '$.tenantId'))) AS row_tenant,
    unwrapped(json_extract(j, '$.properties')) AS properties
  FROM step_2
), step_4 AS (
  SELECT * FROM step_3
  WHERE (row_tenant IS NULL OR row_tenant = '{{tenant}}')
), step_5 AS (
  SELECT *,
    CASE WHEN coalesce(json_type(properties) = 'OBJECT', false) THEN properties ELSE j END AS p
  FROM step_4
), step_6 AS (
  SELECT *,
    text_of(json_extract(p, '$.NetworkMessageId')) AS network_message_id,
    bare_id(text_of(json_extract(p, '$.InternetMessageId'))) AS message_id,
    lower(trimmed(text_of(json_extract(p, '$.SenderFromAddress')))) AS sender_from,
    lower(trimmed(text_of(json_extract(p, '$.SenderMailFromAddress')))) AS sender_mail_from,
    lower(trimmed(text_of(json_extract(p, '$.RecipientEmailAddress')))) AS recipient,
    text_of(json_extract(p, '$.Subject')) AS subject,
    lower(trimmed(text_of(json_extract(p, '$.EmailDirection')))) AS direction,
    text_of(json_extract(p, '$.Timestamp')) AS sent_text,
    text_of(json_extract(j, '$.time')) AS streamed_text,
    text_of(json_extract(p, '$.ReportId')) AS report_id
  FROM step_5
), step_7 AS (
  SELECT *,
    utc_time(sent_text) AS sent_time,
    utc_time(streamed_text) AS streamed_time
  FROM step_6
), step_8 AS (
  SELECT *,
    coalesce(lower(network_message_id), CASE WHEN message_id IS NOT NULL THEN concat('id:', message_id) ELSE CAST(NULL AS VARCHAR) END, concat('line:', sha256(array_to_string(list_sort(regexp_extract_all(line, '"[^"\\]*(?:\\.[^"\\]*)*"(?::(?:"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"{}\[\],]+))?|[^\s"{}\[\],:]+')), ' ')))) AS message_key,
    CASE WHEN (CAST('2000-01-01 00:00:00' AS TIMESTAMP) <= sent_time AND sent_time < CAST('2101-01-01 00:00:00' AS TIMESTAMP)) THEN sent_time ELSE CAST(NULL AS TIMESTAMP) END AS time,
    CASE WHEN (CAST('2000-01-01 00:00:00' AS TIMESTAMP) <= streamed_time AND streamed_time < CAST('2101-01-01 00:00:00' AS TIMESTAMP)) THEN streamed_time ELSE CAST(NULL AS TIMESTAMP) END AS streamed
  FROM step_7
), step_9 AS (
  SELECT *, row_number() OVER (PARTITION BY message_key, recipient ORDER BY time DESC NULLS LAST, streamed DESC NULLS LAST, report_id DESC NULLS LAST) AS delivery
  FROM step_8
), step_10 AS (
  SELECT *,
    delivery = 1 AS is_latest
  FROM step_9
)
SELECT
  message_key,
  network_message_id,
  message_id,
  sender_from,
  sender_mail_from,
  recipient,
  subject,
  direction,
  time,
  streamed,
  report_id,
  is_latest
FROM step_10;

-- One row a message, so that its recipients never multiply it. Its time is when it was first seen.
CREATE OR REPLACE TABLE email_messages AS
WITH step_1 AS (
  SELECT
    message_key,
    min(time) AS time,
    coalesce(list_sort(list(DISTINCT recipient) FILTER (WHERE recipient IS NOT NULL)), []) AS recipients
  FROM email_rows
  GROUP BY message_key
), step_2 AS (
  SELECT * FROM email_rows
  WHERE is_latest
), step_3 AS (
  SELECT * FROM step_2
  WHERE network_message_id IS NOT NULL
), step_4 AS (
  SELECT *, row_number() OVER (PARTITION BY message_key ORDER BY time DESC NULLS LAST, streamed DESC NULLS LAST, report_id DESC NULLS LAST, recipient DESC NULLS LAST) AS age
  FROM step_3
), step_5 AS (
  SELECT * FROM step_4
  WHERE age = 1
), step_6 AS (
  SELECT
    message_key,
    network_message_id
  FROM step_5
), step_7 AS (
  SELECT * FROM step_1
  LEFT JOIN step_6 USING (message_key)
), step_8 AS (
  SELECT * FROM email_rows
  WHERE is_latest
), step_9 AS (
  SELECT * FROM step_8
  WHERE message_id IS NOT NULL
), step_10 AS (
  SELECT *, row_number() OVER (PARTITION BY message_key ORDER BY time DESC NULLS LAST, streamed DESC NULLS LAST, report_id DESC NULLS LAST, recipient DESC NULLS LAST) AS age
  FROM step_9
), step_11 AS (
  SELECT * FROM step_10
  WHERE age = 1
), step_12 AS (
  SELECT
    message_key,
    message_id AS given_message_id
  FROM step_11
), step_13 AS (
  SELECT * FROM step_7
  LEFT JOIN step_12 USING (message_key)
), step_14 AS (
  SELECT * FROM email_rows
  WHERE is_latest
), step_15 AS (
  SELECT * FROM step_14
  WHERE sender_from IS NOT NULL
), step_16 AS (
  SELECT *, row_number() OVER (PARTITION BY message_key ORDER BY time DESC NULLS LAST, streamed DESC NULLS LAST, report_id DESC NULLS LAST, recipient DESC NULLS LAST) AS age
  FROM step_15
), step_17 AS (
  SELECT * FROM step_16
  WHERE age = 1
), step_18 AS (
  SELECT
    message_key,
    sender_from AS given_sender
  FROM step_17
), step_19 AS (
  SELECT * FROM step_13
  LEFT JOIN step_18 USING (message_key)
), step_20 AS (
  SELECT * FROM email_rows
  WHERE is_latest
), step_21 AS (
  SELECT * FROM step_20
  WHERE sender_mail_from IS NOT NULL
), step_22 AS (
  SELECT *, row_number() OVER (PARTITION BY message_key ORDER BY time DESC NULLS LAST, streamed DESC NULLS LAST, report_id DESC NULLS LAST, recipient DESC NULLS LAST) AS age
  FROM step_21
), step_23 AS (
  SELECT * FROM step_22
  WHERE age = 1
), step_24 AS (
  SELECT
    message_key,
    sender_mail_from AS given_mail_from
  FROM step_23
), step_25 AS (
  SELECT * FROM step_19
  LEFT JOIN step_24 USING (message_key)
), step_26 AS (
  SELECT * FROM email_rows
  WHERE is_latest
), step_27 AS (
  SELECT * FROM step_26
  WHERE subject IS NOT NULL
), step_28 AS (
  SELECT *, row_number() OVER (PARTITION BY message_key ORDER BY time DESC NULLS LAST, streamed DESC NULLS LAST, report_id DESC NULLS LAST, recipient DESC NULLS LAST) AS age
  FROM step_27
), step_29 AS (
  SELECT * FROM step_28
  WHERE age = 1
), step_30 AS (
  SELECT
    message_key,
    subject
  FROM step_29
), step_31 AS (
  SELECT * FROM step_25
  LEFT JOIN step_30 USING (message_key)
), step_32 AS (
  SELECT *,
    coalesce(given_message_id, concat('nmid:', message_key)) AS message_id,
    coalesce(given_sender, given_mail_from) AS sender
  FROM step_31
), step_33 AS (
  SELECT *,
    lower(message_id) AS message_id_folded
  FROM step_32
)
SELECT
  message_key,
  network_message_id,
  message_id,
  message_id_folded,
  sender,
  subject,
  recipients,
  time
FROM step_33;

-- Which messages a mailbox received or sent, under any of its names.
CREATE OR REPLACE VIEW mailbox_messages AS
WITH step_1 AS (
  SELECT * FROM email_rows
  WHERE is_latest
), step_2 AS (
  SELECT * FROM step_1
  WHERE recipient IS NOT NULL
), step_3 AS (
  SELECT
    message_key,
    recipient AS address
  FROM step_2
), step_4 AS (
  SELECT * FROM email_rows
  WHERE is_latest
), step_5 AS (
  SELECT * FROM step_4
  WHERE sender_from IS NOT NULL
), step_6 AS (
  SELECT
    message_key,
    sender_from AS address
  FROM step_5
), step_7 AS (
  SELECT * FROM email_rows
  WHERE is_latest
), step_8 AS (
  SELECT * FROM step_7
  WHERE sender_mail_from IS NOT NULL
), step_9 AS (
  SELECT
    message_key,
    sender_mail_from AS address
  FROM step_8
), step_10 AS (
  SELECT * FROM step_3
  UNION ALL
  SELECT * FROM step_6
  UNION ALL
  SELECT * FROM step_9
), step_11 AS (
  SELECT * FROM step_10
  JOIN mailbox_addresses USING (address)
)
SELECT DISTINCT mailbox_key, message_key FROM step_11;

-- Addresses in the domains of known mailboxes that no record names. No records is not a quiet mailbox.
CREATE OR REPLACE VIEW addresses_without_records AS
WITH step_1 AS (
  SELECT * FROM email_rows
  WHERE is_latest
), step_2 AS (
  SELECT * FROM step_1
  WHERE (direction = 'inbound' OR direction = 'intra-org')
), step_3 AS (
  SELECT * FROM step_2
  WHERE recipient IS NOT NULL
), step_4 AS (
  SELECT
    recipient AS address
  FROM step_3
), step_5 AS (
  SELECT * FROM email_rows
  WHERE is_latest
), step_6 AS (
  SELECT * FROM step_5
  WHERE (direction = 'outbound' OR direction = 'intra-org')
), step_7 AS (
  SELECT * FROM step_6
  WHERE sender_from IS NOT NULL
), step_8 AS (
  SELECT
    sender_from AS address
  FROM step_7
), step_9 AS (
  SELECT * FROM step_4
  UNION ALL
  SELECT * FROM step_8
), step_10 AS (
  SELECT DISTINCT address FROM step_9
), step_11 AS (
  SELECT *,
    split_part(address, '@', -1) AS domain
  FROM step_10
), step_12 AS (
  SELECT
    split_part(address, '@', -1) AS domain
  FROM mailbox_addresses
), step_13 AS (
  SELECT DISTINCT domain FROM step_12
), step_14 AS (
  SELECT * FROM step_11
  JOIN step_13 USING (domain)
), step_15 AS (
  SELECT
    address,
    mailbox_key AS known_mailbox
  FROM mailbox_addresses
), step_16 AS (
  SELECT * FROM step_14
  LEFT JOIN step_15 USING (address)
), step_17 AS (
  SELECT * FROM step_16
  WHERE known_mailbox IS NULL
)
SELECT
  address
FROM step_17;

-- Item rows with the verdict on their record. One that cannot be decided is undetermined, unless something else excludes it.
CREATE OR REPLACE VIEW accesses AS
WITH step_1 AS (
  SELECT * FROM mailbox_addresses
  WHERE address = (SELECT mailbox FROM question)
), step_2 AS (
  SELECT
    mailbox_key,
    true AS is_asked
  FROM step_1
), step_3 AS (
  SELECT * FROM evidence
  LEFT JOIN step_2 USING (mailbox_key)
), step_4 AS (
  SELECT *,
    CASE WHEN time IS NULL THEN 'unknown' WHEN ((SELECT from_time FROM question) <= time AND time < (SELECT to_time FROM question)) THEN 'yes' ELSE 'no' END AS by_time,
    CASE WHEN coalesce(len((SELECT networks FROM question)), 0) = 0 THEN 'yes' WHEN address_normalized IS NULL THEN 'unknown' WHEN coalesce(list_bool_or(list_transform((SELECT network_keys FROM question), lambda k: starts_with(address_bits(address_normalized), k))), false) THEN 'yes' WHEN (coalesce(is_exchange_online, false) OR (SELECT count(*) FROM unreadable_networks) > 0) THEN 'unknown' ELSE 'no' END AS by_address,
    CASE WHEN coalesce(len((SELECT sessions FROM question)), 0) = 0 THEN 'yes' WHEN coalesce(len(sessions), 0) = 0 THEN 'unknown' WHEN list_has_any(sessions, (SELECT sessions FROM question)) THEN 'yes' ELSE 'no' END AS by_session,
    CASE WHEN coalesce(len((SELECT apps FROM question)), 0) = 0 THEN 'yes' WHEN coalesce(len(apps), 0) = 0 THEN 'unknown' WHEN list_has_any(apps, (SELECT apps FROM question)) THEN 'yes' ELSE 'no' END AS by_app
  FROM step_3
)
SELECT *,
  CASE WHEN ((SELECT mailbox FROM question) <> '' AND is_asked IS NULL) THEN 'other_mailbox' WHEN by_time = 'no' THEN 'outside_time' WHEN (by_time = 'no' OR by_address = 'no' OR by_session = 'no' OR by_app = 'no') THEN 'other_context' WHEN (by_time = 'yes' AND by_address = 'yes' AND by_session = 'yes' AND by_app = 'yes') THEN 'attributed' ELSE 'undetermined' END AS verdict
FROM step_4;

-- Every record is in one of these counts.
CREATE OR REPLACE VIEW record_counts AS
WITH step_1 AS (
  SELECT * FROM accesses
  WHERE item_index = 0
)
SELECT
  verdict,
  count(*) AS records
FROM step_1
GROUP BY verdict;

-- What attributed Bind records amount to. Records, accesses and messages are three numbers; `nameless_records` name no item at all.
CREATE OR REPLACE VIEW mailbox_totals AS
WITH step_1 AS (
  SELECT * FROM accesses
  WHERE (verdict = 'attributed' AND kind = 'Bind')
)
SELECT
  mailbox_key,
  count(DISTINCT message_id) AS messages,
  count(DISTINCT record_key) AS records,
  count(*) FILTER (WHERE row_kind = 'item') AS accesses,
  count(*) FILTER (WHERE (row_kind = 'item' AND message_id IS NULL)) AS unnamed,
  count(*) FILTER (WHERE NOT row_kind = 'item') AS nameless_records
FROM step_1
GROUP BY mailbox_key;

-- E1: messages that attributed Bind records name. At least as many accesses: repeats within an hour are not recorded.
CREATE OR REPLACE VIEW itemised_messages AS
WITH step_1 AS (
  SELECT * FROM accesses
  WHERE (verdict = 'attributed' AND kind = 'Bind' AND message_id IS NOT NULL)
), step_2 AS (
  SELECT
    mailbox_key, message_id,
    count(*) AS accesses,
    min(time) AS first_time,
    max(time) AS last_time,
    coalesce(list_sort(list(DISTINCT folder_path) FILTER (WHERE folder_path IS NOT NULL)), []) AS folders,
    coalesce(list_sort(list(DISTINCT record_id) FILTER (WHERE record_id IS NOT NULL)), []) AS record_ids
  FROM step_1
  GROUP BY mailbox_key, message_id
)
SELECT *,
  lower(message_id) AS message_id_folded
FROM step_2;

-- EmailEvents messages that could be an itemised one; `rank` 0 and 2 by the exact id, 0 and 1 in this mailbox.
CREATE OR REPLACE VIEW message_matches AS
WITH step_1 AS (
  SELECT
    mailbox_key,
    message_id,
    message_id_folded
  FROM itemised_messages
), step_2 AS (
  SELECT
    message_id_folded,
    message_key,
    network_message_id,
    sender,
    subject,
    recipients,
    message_id AS email_message_id,
    time AS message_time
  FROM email_messages
), step_3 AS (
  SELECT * FROM step_1
  JOIN step_2 USING (message_id_folded)
), step_4 AS (
  SELECT *,
    true AS is_in_mailbox
  FROM mailbox_messages
), step_5 AS (
  SELECT * FROM step_3
  LEFT JOIN step_4 USING (mailbox_key, message_key)
), step_6 AS (
  SELECT *,
    CASE WHEN is_in_mailbox IS NULL THEN 2 ELSE 0 END + CASE WHEN email_message_id = message_id THEN 0 ELSE 1 END AS rank
  FROM step_5
)
SELECT
  mailbox_key,
  message_id,
  rank,
  message_key,
  network_message_id,
  email_message_id,
  sender,
  subject,
  recipients,
  message_time
FROM step_6;

-- The itemised messages with what EmailEvents says of them. `candidates` over 1: ids are the sender’s, and several messages bear this one.
CREATE OR REPLACE VIEW messages_accessed AS
WITH step_1 AS (
  SELECT *, row_number() OVER (PARTITION BY mailbox_key, message_id ORDER BY rank ASC NULLS LAST, message_time ASC NULLS LAST, message_key ASC NULLS LAST) AS place
  FROM message_matches
), step_2 AS (
  SELECT *, row_number() OVER (PARTITION BY mailbox_key, message_id, rank ORDER BY place DESC NULLS LAST) AS candidates
  FROM step_1
), step_3 AS (
  SELECT * FROM step_2
  WHERE place = 1
), step_4 AS (
  SELECT
    mailbox_key,
    message_id,
    rank,
    candidates,
    network_message_id,
    sender,
    subject,
    recipients,
    message_time
  FROM step_3
), step_5 AS (
  SELECT * FROM itemised_messages
  LEFT JOIN step_4 USING (mailbox_key, message_id)
), step_6 AS (
  SELECT *,
    CASE WHEN rank IS NULL THEN 'none' WHEN (rank = 0 OR rank = 2) THEN 'exact' ELSE 'folded' END AS id_match,
    CASE WHEN rank IS NULL THEN 'none' WHEN (rank = 0 OR rank = 1) THEN 'mailbox' ELSE 'id_only' END AS id_scope
  FROM step_5
)
SELECT
  mailbox_key,
  message_id,
  subject,
  sender,
  recipients,
  message_time,
  first_time,
  last_time,
  accesses,
  folders,
  record_ids,
  id_match,
  id_scope,
  candidates,
  network_message_id
FROM step_6;

-- E4: messages whose records lack what would decide, less those itemised in the mailbox.
CREATE OR REPLACE VIEW undetermined_messages AS
WITH step_1 AS (
  SELECT * FROM accesses
  WHERE (verdict = 'undetermined' AND kind = 'Bind' AND message_id IS NOT NULL)
), step_2 AS (
  SELECT
    mailbox_key,
    message_id,
    true AS is_itemised
  FROM itemised_messages
), step_3 AS (
  SELECT * FROM step_1
  LEFT JOIN step_2 USING (mailbox_key, message_id)
), step_4 AS (
  SELECT * FROM step_3
  WHERE is_itemised IS NULL
)
SELECT
  mailbox_key, message_id,
  coalesce(bool_or(by_time = 'unknown'), false) AS lacks_time,
  coalesce(bool_or(by_address = 'unknown'), false) AS lacks_address,
  coalesce(bool_or(by_session = 'unknown'), false) AS lacks_session,
  coalesce(bool_or(by_app = 'unknown'), false) AS lacks_app
FROM step_4
GROUP BY mailbox_key, message_id;

-- E2: folders of Sync records. Which messages lay in them is not recorded; Microsoft says to assume the whole mailbox.
CREATE OR REPLACE VIEW synced_folders AS
WITH step_1 AS (
  SELECT * FROM accesses
  WHERE NOT kind = 'Bind'
), step_2 AS (
  SELECT * FROM step_1
  WHERE (verdict = 'attributed' OR verdict = 'undetermined')
), step_3 AS (
  SELECT *,
    coalesce(folder_path, folder_name) AS folder
  FROM step_2
)
SELECT
  mailbox_key, verdict, folder,
  coalesce(list_sort(list(DISTINCT time) FILTER (WHERE time IS NOT NULL)), []) AS times,
  min(time) AS first_time,
  max(time) AS last_time
FROM step_3
GROUP BY mailbox_key, verdict, folder;

-- E2: known messages that lay in the mailbox by its last attributed Sync.
CREATE OR REPLACE VIEW presumed_messages AS
WITH step_1 AS (
  SELECT * FROM synced_folders
  WHERE verdict = 'attributed'
), step_2 AS (
  SELECT
    mailbox_key,
    max(last_time) AS last_sync
  FROM step_1
  GROUP BY mailbox_key
), step_3 AS (
  SELECT * FROM step_2
  JOIN mailbox_messages USING (mailbox_key)
), step_4 AS (
  SELECT * FROM step_3
  JOIN email_messages USING (message_key)
), step_5 AS (
  SELECT * FROM step_4
  WHERE (time IS NULL OR time <= last_sync)
)
SELECT
  mailbox_key,
  message_id,
  message_key,
  sender,
  subject,
  time
FROM step_5;

-- From 2 minutes before a flagged record to 24 hours after it, accesses to single items of the mailbox went unrecorded.
CREATE OR REPLACE VIEW throttle_intervals AS
WITH step_1 AS (
  SELECT * FROM evidence
  WHERE (item_index = 0 AND coalesce(is_throttled, false))
), step_2 AS (
  SELECT * FROM step_1
  WHERE time IS NOT NULL
), step_3 AS (
  SELECT *, CASE WHEN time <= lag(time) OVER (PARTITION BY mailbox_key ORDER BY time) + INTERVAL '1442' MINUTE THEN 0 ELSE 1 END AS starts
  FROM step_2
), step_4 AS (
  SELECT *, sum(starts) OVER (PARTITION BY mailbox_key ORDER BY time) AS run
  FROM step_3
), step_5 AS (
  SELECT
    mailbox_key, run,
    min(time) AS first_time,
    max(time) AS last_time
  FROM step_4
  GROUP BY mailbox_key, run
), step_6 AS (
  SELECT
    mailbox_key,
    first_time - INTERVAL '2' MINUTE AS from_time,
    last_time + INTERVAL '1440' MINUTE AS to_time
  FROM step_5
), step_7 AS (
  SELECT * FROM evidence
  WHERE (item_index = 0 AND coalesce(is_throttled, false))
), step_8 AS (
  SELECT * FROM step_7
  WHERE time IS NULL
), step_9 AS (
  SELECT DISTINCT mailbox_key FROM step_8
), step_10 AS (
  SELECT
    mailbox_key,
    (SELECT from_time FROM question) AS from_time,
    (SELECT to_time FROM question) AS to_time
  FROM step_9
), step_11 AS (
  SELECT * FROM step_6
  UNION ALL
  SELECT * FROM step_10
)
SELECT * FROM step_11
WHERE (from_time < (SELECT to_time FROM question) AND (SELECT from_time FROM question) < to_time);
