-- Made by `node --run lake-sql`; see README.md. Once a case: put the question in place of {{tenant}}, {{from}}, {{to}}, {{mailbox}}, {{networks}}, {{sessions}}, {{apps}}, and the schema of the tables in place of {{tables}}.

-- What is asked. Within one list any entry may match, and every list that is not empty must.
DROP TABLE IF EXISTS question;
CREATE TABLE question AS
SELECT
  CAST('{{from}}' AS TIMESTAMP) AS from_time,
  CAST('{{to}}' AS TIMESTAMP) AS to_time,
  lower(regexp_replace('{{mailbox}}', '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')) AS mailbox,
  filter(transform(split('{{networks}}', ','), t -> trim(t)), t -> t <> '') AS networks,
  transform(filter(transform(split('{{networks}}', ','), t -> trim(t)), t -> t <> ''), n -> CASE WHEN strpos(n, '/') > 0 THEN n WHEN strpos(n, ':') > 0 THEN concat(n, '/128') ELSE concat(n, '/32') END) AS network_keys,
  filter(transform(split(lower('{{sessions}}'), ','), t -> trim(t)), t -> t <> '') AS sessions,
  filter(transform(split(lower('{{apps}}'), ','), t -> trim(t)), t -> t <> '') AS apps
FROM (VALUES (1)) AS nothing (one);

-- Asked networks that are none. While there is one, no address is outside of them.
DROP TABLE IF EXISTS unreadable_networks;
CREATE TABLE unreadable_networks AS
WITH step_1 AS (
  SELECT * FROM question
  CROSS JOIN UNNEST(CASE WHEN cardinality(networks) > 0 THEN networks ELSE ARRAY[NULL] END) WITH ORDINALITY AS element (network_element, network_no)
), step_2 AS (
  SELECT
    network_element AS network
  FROM step_1
), step_3 AS (
  SELECT * FROM step_2
  WHERE network IS NOT NULL
)
SELECT * FROM step_3
WHERE NOT TRY_CAST(CASE WHEN strpos(network, '/') > 0 THEN network WHEN strpos(network, ':') > 0 THEN concat(network, '/128') ELSE concat(network, '/32') END AS IPPREFIX) IS NOT NULL;

-- The MailItemsAccessed lines of the tenant, from eight days before the asked time to eight days after it.
CREATE OR REPLACE VIEW raw_lines AS
WITH step_1 AS (
  SELECT
    date,
    tenant,
    operation,
    regexp_extract("$path", '([^/]+)\.ndjson\.[a-z]+$', 1) AS raw_object,
    line
  FROM {{tables}}.raw
), step_2 AS (
  SELECT * FROM step_1
  WHERE (operation = 'MailItemsAccessed' AND tenant = '{{tenant}}' AND date BETWEEN date_format(CAST('{{from}}' AS TIMESTAMP) - INTERVAL '11520' MINUTE, '%Y-%m-%d') AND date_format(CAST('{{to}}' AS TIMESTAMP) + INTERVAL '11520' MINUTE, '%Y-%m-%d'))
), step_3 AS (
  SELECT
    'unknown' AS date,
    tenant,
    operation,
    regexp_extract("$path", '([^/]+)\.ndjson\.[a-z]+$', 1) AS raw_object,
    line
  FROM {{tables}}.raw_undated
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
    try(json_parse(line)) AS j
  FROM raw_lines
), step_2 AS (
  SELECT *,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.Operation')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS operation,
    lower(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.OrganizationId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$')) AS organization
  FROM step_1
), step_3 AS (
  SELECT *,
    CASE WHEN NOT coalesce(json_format(j) LIKE '{%', false) THEN 'unreadable' WHEN (organization IS NOT NULL AND organization <> '{{tenant}}') THEN 'other_tenant' WHEN coalesce(operation = 'MailItemsAccessed', false) THEN 'record' ELSE 'other_operation' END AS fate
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
    try(json_parse(line)) AS j
  FROM raw_lines
), step_2 AS (
  SELECT *,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.Operation')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS operation,
    lower(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.OrganizationId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$')) AS organization
  FROM step_1
), step_3 AS (
  SELECT * FROM step_2
  WHERE (coalesce(json_format(j) LIKE '{%', false) AND coalesce(operation = 'MailItemsAccessed', false) AND NOT coalesce((organization IS NOT NULL AND organization <> '{{tenant}}'), false))
), step_4 AS (
  SELECT *,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.Id')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS record_id,
    lower(to_hex(sha256(to_utf8(array_join(array_sort(regexp_extract_all(line, '"[^"\\]*(?:\\.[^"\\]*)*"(?::(?:"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"{}\[\],]+))?|[^\s"{}\[\],:]+')), ' '))))) AS record_digest
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
  FROM {{tables}}.items
), step_2 AS (
  SELECT * FROM step_1
  WHERE (tenant = '{{tenant}}' AND date BETWEEN date_format(CAST('{{from}}' AS TIMESTAMP) - INTERVAL '11520' MINUTE, '%Y-%m-%d') AND date_format(CAST('{{to}}' AS TIMESTAMP) + INTERVAL '11520' MINUTE, '%Y-%m-%d'))
), step_3 AS (
  SELECT
    'unknown' AS date,
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
  FROM {{tables}}.items_undated
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
DROP TABLE IF EXISTS stale_records;
CREATE TABLE stale_records AS
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
    try(json_parse(line)) AS j
  FROM step_1
), step_3 AS (
  SELECT *,
    coalesce(try(json_parse(regexp_extract(json_extract_scalar(json_extract(j, '$.Item'), '$'), '(?s)^\s*[\[{].*'))), json_extract(j, '$.Item')) AS item,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.CreationTime')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS creation_time
  FROM step_2
), step_4 AS (
  SELECT *,
    coalesce(TRY_CAST(coalesce(try(json_parse(regexp_extract(json_extract_scalar(json_extract(j, '$.OperationProperties'), '$'), '(?s)^\s*[\[{].*'))), json_extract(j, '$.OperationProperties')) AS ARRAY(JSON)), CAST(ARRAY[] AS ARRAY(JSON))) AS property_list,
    coalesce(try(json_parse(regexp_extract(json_extract_scalar(json_extract(j, '$.AppAccessContext'), '$'), '(?s)^\s*[\[{].*'))), json_extract(j, '$.AppAccessContext')) AS app_access,
    coalesce(TRY_CAST(coalesce(try(json_parse(regexp_extract(json_extract_scalar(json_extract(j, '$.Folders'), '$'), '(?s)^\s*[\[{].*'))), json_extract(j, '$.Folders')) AS ARRAY(JSON)), CAST(ARRAY[] AS ARRAY(JSON))) AS folder_list,
    coalesce(try(json_parse(regexp_extract(json_extract_scalar(json_extract(item, '$.ParentFolder'), '$'), '(?s)^\s*[\[{].*'))), json_extract(item, '$.ParentFolder')) AS parent_folder,
    CASE WHEN regexp_like(regexp_replace(creation_time, '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$'), '(?i)^\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?(Z|[+-](0\d|1[0-4]):?[0-5]\d)?$') THEN CAST(try(from_iso8601_timestamp(regexp_replace(regexp_replace(concat(replace(upper(regexp_replace(creation_time, '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')), ' ', 'T'), CASE WHEN regexp_like(creation_time, '(?i)(Z|[+-]\d\d:?\d\d)\s*$') THEN '' ELSE 'Z' END), '(\.\d{3})\d+', '$1'), '([+-]\d\d)(\d\d)$', '$1:$2'))) AT TIME ZONE 'UTC' AS TIMESTAMP(3)) END AS sent_time,
    CAST(TRY_CAST(truncate(TRY_CAST(trim(json_extract_scalar(json_extract(j, '$.RecordType'), '$')) AS DOUBLE)) AS BIGINT) AS INTEGER) AS record_type,
    coalesce(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.ClientIPAddress')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.ClientIP')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$')) AS address
  FROM step_3
), step_5 AS (
  SELECT *,
    transform(filter(property_list, p -> lower(regexp_replace(json_extract_scalar(p, '$.Name'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')) = 'mailaccesstype'), p -> lower(regexp_replace(json_extract_scalar(p, '$.Value'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$'))) AS access_words,
    transform(filter(property_list, p -> lower(regexp_replace(json_extract_scalar(p, '$.Name'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')) = 'isthrottled'), p -> lower(regexp_replace(json_extract_scalar(p, '$.Value'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$'))) AS throttle_words
  FROM step_4
), step_6 AS (
  SELECT *,
    CASE WHEN (CAST('2000-01-01 00:00:00' AS TIMESTAMP) <= sent_time AND sent_time < CAST('2101-01-01 00:00:00' AS TIMESTAMP)) THEN sent_time ELSE CAST(NULL AS TIMESTAMP) END AS time,
    CASE WHEN contains(access_words, 'sync') THEN 'Sync' WHEN contains(access_words, 'bind') THEN 'Bind' ELSE CAST(NULL AS VARCHAR) END AS access_type,
    CASE WHEN contains(throttle_words, 'true') THEN true WHEN contains(throttle_words, 'false') THEN false ELSE CAST(NULL AS BOOLEAN) END AS is_throttled,
    CAST(TRY_CAST(regexp_replace(regexp_replace(regexp_replace(regexp_replace(address, '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$'), '^\[([^\]]*)\](?::(?:\d{1,4}|[0-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]))?$', '$1'), '^([\d.]+):(?:\d{1,4}|[0-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$', '$1'), '^(.*:.*)%[\w.~-]+$', '$1') AS IPADDRESS) AS VARCHAR) AS address_normalized
  FROM step_5
), step_7 AS (
  SELECT *,
    CASE WHEN access_type IS NOT NULL THEN access_type WHEN coalesce(record_type = 2, false) THEN 'Sync' ELSE 'Bind' END AS kind
  FROM step_6
), step_8 AS (
  SELECT *,
    CASE WHEN address_normalized IS NOT NULL THEN starts_with(address_normalized, '2603:10a6:') ELSE CAST(NULL AS BOOLEAN) END AS is_exchange_online,
    lower(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.MailboxGuid')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')) AS mailbox_guid,
    lower(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.MailboxOwnerUPN')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')) AS owner_upn,
    lower(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.UserId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')) AS user_id,
    CAST(TRY_CAST(truncate(TRY_CAST(trim(json_extract_scalar(json_extract(j, '$.LogonType'), '$')) AS DOUBLE)) AS BIGINT) AS INTEGER) AS logon_type,
    filter(ARRAY[lower(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.SessionId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')), lower(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(app_access, '$.AADSessionId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$'))], a -> a IS NOT NULL) AS sessions,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(app_access, '$.UniqueTokenId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS token_id,
    filter(ARRAY[lower(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.AppId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')), lower(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.ClientAppId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')), lower(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(app_access, '$.ClientAppId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$'))], a -> a IS NOT NULL) AS apps,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.ClientInfoString')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS client_info,
    TRY_CAST(truncate(TRY_CAST(trim(json_extract_scalar(json_extract(j, '$.OperationCount'), '$')) AS DOUBLE)) AS BIGINT) AS operation_count,
    CAST(CAST(NULL AS BIGINT) AS INTEGER) AS raw_line,
    CASE WHEN kind = 'Sync' THEN ARRAY[parent_folder] || folder_list ELSE folder_list END AS folders
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
  CROSS JOIN UNNEST(CASE WHEN cardinality(folders) > 0 THEN folders ELSE ARRAY[NULL] END) WITH ORDINALITY AS element (folder_element, folder_no)
), step_11 AS (
  SELECT *,
    coalesce(try(json_parse(regexp_extract(json_extract_scalar(folder_element, '$'), '(?s)^\s*[\[{].*'))), folder_element) AS folder
  FROM step_10
), step_12 AS (
  SELECT *,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(folder, '$.Path')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS path
  FROM step_11
), step_13 AS (
  SELECT *,
    CASE WHEN path = 'Not Available' THEN CAST(NULL AS VARCHAR) ELSE path END AS sent_path,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(folder, '$.Name')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS sent_name,
    CASE WHEN kind = 'Sync' THEN CAST(ARRAY[] AS ARRAY(JSON)) ELSE coalesce(TRY_CAST(coalesce(try(json_parse(regexp_extract(json_extract_scalar(json_extract(folder, '$.FolderItems'), '$'), '(?s)^\s*[\[{].*'))), json_extract(folder, '$.FolderItems')) AS ARRAY(JSON)), CAST(ARRAY[] AS ARRAY(JSON))) END AS messages
  FROM step_12
), step_14 AS (
  SELECT * FROM step_13
  CROSS JOIN UNNEST(CASE WHEN cardinality(messages) > 0 THEN messages ELSE ARRAY[NULL] END) WITH ORDINALITY AS element (message_element, message_no)
), step_15 AS (
  SELECT *,
    coalesce(try(json_parse(regexp_extract(json_extract_scalar(message_element, '$'), '(?s)^\s*[\[{].*'))), message_element) AS message
  FROM step_14
), step_16 AS (
  SELECT *,
    CASE WHEN (NOT kind = 'Sync' AND coalesce(coalesce(json_format(message) LIKE '{%', false), false)) THEN 'item' WHEN (kind = 'Sync' AND (sent_path IS NOT NULL OR sent_name IS NOT NULL)) THEN 'folder' ELSE 'record' END AS row_kind
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
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(message, '$.InternetMessageId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS internet_message_id,
    nullif(regexp_replace(regexp_replace(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(message, '$.InternetMessageId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$'), '(?s)^<(.*)>$', '$1'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$'), '') AS message_id,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(message, '$.Subject')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS subject,
    TRY_CAST(truncate(TRY_CAST(trim(json_extract_scalar(json_extract(message, '$.SizeInBytes'), '$')) AS DOUBLE)) AS BIGINT) AS size_bytes
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
DROP TABLE IF EXISTS item_rows;
CREATE TABLE item_rows AS
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
    arbitrary(mailbox_guid) AS named_guid
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
    coalesce(array_sort(array_agg(DISTINCT address) FILTER (WHERE address IS NOT NULL)), ARRAY[]) AS upns
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
  FROM {{tables}}.email_events
), step_2 AS (
  SELECT * FROM step_1
  WHERE tenant = '{{tenant}}'
)
SELECT
  line
FROM step_2;

-- One row a message and recipient is the latest, for a row is repeated whenever its verdict or location changes.
DROP TABLE IF EXISTS email_rows;
CREATE TABLE email_rows AS
WITH step_1 AS (
  SELECT *,
    try(json_parse(line)) AS j
  FROM email_lines
), step_2 AS (
  SELECT * FROM step_1
  WHERE coalesce(json_format(j) LIKE '{%', false)
), step_3 AS (
  SELECT *,
    lower(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.tenantId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$')) AS row_tenant,
    coalesce(try(json_parse(regexp_extract(json_extract_scalar(json_extract(j, '$.properties'), '$'), '(?s)^\s*[\[{].*'))), json_extract(j, '$.properties')) AS properties
  FROM step_2
), step_4 AS (
  SELECT * FROM step_3
  WHERE (row_tenant IS NULL OR row_tenant = '{{tenant}}')
), step_5 AS (
  SELECT *,
    CASE WHEN coalesce(json_format(properties) LIKE '{%', false) THEN properties ELSE j END AS p
  FROM step_4
), step_6 AS (
  SELECT *,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(p, '$.NetworkMessageId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS network_message_id,
    nullif(regexp_replace(regexp_replace(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(p, '$.InternetMessageId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$'), '(?s)^<(.*)>$', '$1'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$'), '') AS message_id,
    lower(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(p, '$.SenderFromAddress')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')) AS sender_from,
    lower(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(p, '$.SenderMailFromAddress')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')) AS sender_mail_from,
    lower(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(p, '$.RecipientEmailAddress')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')) AS recipient,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(p, '$.Subject')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS subject,
    lower(regexp_replace(regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(p, '$.EmailDirection')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$'), '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')) AS direction,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(p, '$.Timestamp')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS sent_text,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(j, '$.time')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS streamed_text,
    regexp_extract(json_extract_scalar(json_parse(regexp_extract(json_format(json_extract(p, '$.ReportId')), '(?s)^".*"$')), '$'), '(?s)^.*\S.*$') AS report_id
  FROM step_5
), step_7 AS (
  SELECT *,
    CASE WHEN regexp_like(regexp_replace(sent_text, '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$'), '(?i)^\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?(Z|[+-](0\d|1[0-4]):?[0-5]\d)?$') THEN CAST(try(from_iso8601_timestamp(regexp_replace(regexp_replace(concat(replace(upper(regexp_replace(sent_text, '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')), ' ', 'T'), CASE WHEN regexp_like(sent_text, '(?i)(Z|[+-]\d\d:?\d\d)\s*$') THEN '' ELSE 'Z' END), '(\.\d{3})\d+', '$1'), '([+-]\d\d)(\d\d)$', '$1:$2'))) AT TIME ZONE 'UTC' AS TIMESTAMP(3)) END AS sent_time,
    CASE WHEN regexp_like(regexp_replace(streamed_text, '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$'), '(?i)^\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?(Z|[+-](0\d|1[0-4]):?[0-5]\d)?$') THEN CAST(try(from_iso8601_timestamp(regexp_replace(regexp_replace(concat(replace(upper(regexp_replace(streamed_text, '^[\s\x0b\p{Z}\ufeff]+|[\s\x0b\p{Z}\ufeff]+$')), ' ', 'T'), CASE WHEN regexp_like(streamed_text, '(?i)(Z|[+-]\d\d:?\d\d)\s*$') THEN '' ELSE 'Z' END), '(\.\d{3})\d+', '$1'), '([+-]\d\d)(\d\d)$', '$1:$2'))) AT TIME ZONE 'UTC' AS TIMESTAMP(3)) END AS streamed_time
  FROM step_6
), step_8 AS (
  SELECT *,
    coalesce(lower(network_message_id), CASE WHEN message_id IS NOT NULL THEN concat('id:', message_id) ELSE CAST(NULL AS VARCHAR) END, concat('line:', lower(to_hex(sha256(to_utf8(array_join(array_sort(regexp_extract_all(line, '"[^"\\]*(?:\\.[^"\\]*)*"(?::(?:"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"{}\[\],]+))?|[^\s"{}\[\],:]+')), ' '))))))) AS message_key,
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
DROP TABLE IF EXISTS email_messages;
CREATE TABLE email_messages AS
WITH step_1 AS (
  SELECT
    message_key,
    min(time) AS time,
    coalesce(array_sort(array_agg(DISTINCT recipient) FILTER (WHERE recipient IS NOT NULL)), ARRAY[]) AS recipients
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
    regexp_extract(address, '[^@]*$') AS domain
  FROM step_10
), step_12 AS (
  SELECT
    regexp_extract(address, '[^@]*$') AS domain
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
    CASE WHEN coalesce(cardinality((SELECT networks FROM question)), 0) = 0 THEN 'yes' WHEN address_normalized IS NULL THEN 'unknown' WHEN any_match((SELECT network_keys FROM question), k -> contains(k, CAST(address_normalized AS IPADDRESS))) THEN 'yes' WHEN (coalesce(is_exchange_online, false) OR (SELECT count(*) FROM unreadable_networks) > 0) THEN 'unknown' ELSE 'no' END AS by_address,
    CASE WHEN coalesce(cardinality((SELECT sessions FROM question)), 0) = 0 THEN 'yes' WHEN coalesce(cardinality(sessions), 0) = 0 THEN 'unknown' WHEN arrays_overlap(sessions, (SELECT sessions FROM question)) THEN 'yes' ELSE 'no' END AS by_session,
    CASE WHEN coalesce(cardinality((SELECT apps FROM question)), 0) = 0 THEN 'yes' WHEN coalesce(cardinality(apps), 0) = 0 THEN 'unknown' WHEN arrays_overlap(apps, (SELECT apps FROM question)) THEN 'yes' ELSE 'no' END AS by_app
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
    coalesce(array_sort(array_agg(DISTINCT folder_path) FILTER (WHERE folder_path IS NOT NULL)), ARRAY[]) AS folders,
    coalesce(array_sort(array_agg(DISTINCT record_id) FILTER (WHERE record_id IS NOT NULL)), ARRAY[]) AS record_ids
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
  coalesce(array_sort(array_agg(DISTINCT time) FILTER (WHERE time IS NOT NULL)), ARRAY[]) AS times,
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
