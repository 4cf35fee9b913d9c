-- Made by `node --run lake-sql`; see README.md. Once a lake: put its address in place of {{lake}}.

CREATE OR REPLACE MACRO trimmed(t) AS regexp_replace(t, '^[\s\x0b\p{Z}\x{feff}]+|[\s\x0b\p{Z}\x{feff}]+$', '', 'g');

-- A text with something in it; numbers, objects and blanks count as missing.
CREATE OR REPLACE MACRO text_of(value) AS CASE WHEN json_type(value) = 'VARCHAR' AND trimmed(value ->> '$') <> '' THEN value ->> '$' END;

CREATE OR REPLACE MACRO word_of(value) AS lower(trimmed(value ->> '$'));

-- Some exports put objects and lists into strings.
CREATE OR REPLACE MACRO unwrapped(value) AS
  CASE WHEN json_type(value) = 'VARCHAR' AND regexp_matches(value ->> '$', '^\s*[\[{]') THEN coalesce(TRY_CAST(value ->> '$' AS JSON), value)
  ELSE value END;

CREATE OR REPLACE MACRO whole_number(value) AS TRY_CAST(trunc(TRY_CAST(trimmed(value ->> '$') AS DOUBLE)) AS BIGINT);

-- A message id without outer white space and one pair of angle brackets.
CREATE OR REPLACE MACRO bare_id(t) AS nullif(trimmed(regexp_replace(trimmed(t), '(?s)^<(.*)>$', '\1')), '');

-- To the millisecond; a time without a zone is UTC.
CREATE OR REPLACE MACRO utc_time(t) AS
  list_transform([trimmed(t)], lambda s: CASE WHEN regexp_matches(s, '(?i)^\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?(Z|[+-](0\d|1[0-4]):?[0-5]\d)?$') THEN date_trunc('millisecond', TRY_CAST(
    replace(upper(s), ' ', 'T') || CASE WHEN regexp_matches(s, '(?i)(Z|[+-]\d\d:?\d\d)$') THEN '' ELSE 'Z' END
    AS TIMESTAMPTZ) AT TIME ZONE 'UTC') END)[1];

CREATE OR REPLACE MACRO address_host(t) AS
  regexp_replace(regexp_replace(regexp_replace(trimmed(t), '^\[([^\]]*)\](?::(?:\d{1,4}|[0-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]))?$', '\1'), '^([\d.]+):(?:\d{1,4}|[0-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$', '\1'), '^(.*:.*)%[\w.~-]+$', '\1');

CREATE OR REPLACE MACRO groups_of(t) AS CASE WHEN t = '' THEN [] ELSE string_split(t, ':') END;

-- The eight groups of a v6 address, as text; NULL where there are not as many.
CREATE OR REPLACE MACRO v6_texts(t) AS list_transform([list_transform([string_split(t, '::')], lambda p: CASE
    WHEN len(p) = 1 THEN string_split(p[1], ':')
    WHEN len(p) = 2 AND len(groups_of(p[1])) + len(groups_of(p[2])) <= 7
    THEN groups_of(p[1]) || list_transform(range(8 - len(groups_of(p[1])) - len(groups_of(p[2]))), lambda i: '0') || groups_of(p[2]) END)[1]], lambda g: CASE WHEN len(g) = 8 THEN g END)[1];

-- The last 32 bits of a v6 address may be written like v4.
CREATE OR REPLACE MACRO hexadecimal_tail(t) AS
  CASE WHEN regexp_matches(t, ':(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$')
  THEN regexp_extract(t, '^(.*:)', 1) || list_transform([string_split(split_part(t, ':', -1), '.')], lambda o: format('{:x}:{:x}', o[1]::INTEGER * 256 + o[2]::INTEGER, o[3]::INTEGER * 256 + o[4]::INTEGER))[1] ELSE t END;

-- The eight numbers of a v6 address; NULL where it is none.
CREATE OR REPLACE MACRO v6_groups(t) AS
  CASE WHEN contains(t, ':') THEN list_transform([v6_texts(hexadecimal_tail(t))], lambda g: CASE WHEN len(list_filter(g, lambda x: regexp_matches(x, '^[0-9A-Fa-f]{1,4}$'))) = 8
    THEN list_transform(g, lambda x: CAST('0x' || x AS INTEGER)) END)[1] END;

CREATE OR REPLACE MACRO compressed(t) AS
  CASE
    WHEN regexp_matches(t, '^(.*?)(?:^|:)0(?::0){7}(?:$|:)(.*)$') THEN regexp_replace(t, '^(.*?)(?:^|:)0(?::0){7}(?:$|:)(.*)$', '\1::\2')
    WHEN regexp_matches(t, '^(.*?)(?:^|:)0(?::0){6}(?:$|:)(.*)$') THEN regexp_replace(t, '^(.*?)(?:^|:)0(?::0){6}(?:$|:)(.*)$', '\1::\2')
    WHEN regexp_matches(t, '^(.*?)(?:^|:)0(?::0){5}(?:$|:)(.*)$') THEN regexp_replace(t, '^(.*?)(?:^|:)0(?::0){5}(?:$|:)(.*)$', '\1::\2')
    WHEN regexp_matches(t, '^(.*?)(?:^|:)0(?::0){4}(?:$|:)(.*)$') THEN regexp_replace(t, '^(.*?)(?:^|:)0(?::0){4}(?:$|:)(.*)$', '\1::\2')
    WHEN regexp_matches(t, '^(.*?)(?:^|:)0(?::0){3}(?:$|:)(.*)$') THEN regexp_replace(t, '^(.*?)(?:^|:)0(?::0){3}(?:$|:)(.*)$', '\1::\2')
    WHEN regexp_matches(t, '^(.*?)(?:^|:)0(?::0){2}(?:$|:)(.*)$') THEN regexp_replace(t, '^(.*?)(?:^|:)0(?::0){2}(?:$|:)(.*)$', '\1::\2')
    WHEN regexp_matches(t, '^(.*?)(?:^|:)0(?::0){1}(?:$|:)(.*)$') THEN regexp_replace(t, '^(.*?)(?:^|:)0(?::0){1}(?:$|:)(.*)$', '\1::\2')
    ELSE t END;

CREATE OR REPLACE MACRO printed_address(g) AS
  CASE WHEN list_slice(g, 1, 6) = [0, 0, 0, 0, 0, 65535] THEN format('{}.{}.{}.{}', g[7] // 256, g[7] % 256, g[8] // 256, g[8] % 256)
  ELSE list_transform([array_to_string(list_transform(g, lambda n: format('{:x}', n)), ':')], lambda t: compressed(t))[1] END;

-- One spelling for each address: v4 dotted, also where it is mapped into v6; v6 as in RFC 5952. NULL where the text is no address.
CREATE OR REPLACE MACRO normalized_address(t) AS
  list_transform([address_host(t)], lambda h: CASE WHEN regexp_matches(h, '^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$') THEN h ELSE list_transform([v6_groups(h)], lambda g: printed_address(g))[1] END)[1];

-- The family and the bits of a normalized address, as text.
CREATE OR REPLACE MACRO address_bits(t) AS
  CASE WHEN contains(t, ':') THEN '6 ' || array_to_string(list_transform(v6_texts(t), lambda g: format('{:016b}', CAST('0x' || g AS INTEGER))), '')
  ELSE '4 ' || array_to_string(list_transform(string_split(t, '.'), lambda n: format('{:08b}', CAST(n AS INTEGER))), '') END;

-- What the bits of every address of a network begin with; NULL where the text is no network.
CREATE OR REPLACE MACRO network_bits(t) AS
  list_transform([[address_bits(normalized_address(split_part(t, '/', 1))), CASE WHEN contains(t, '/') THEN split_part(t, '/', 2) END]], lambda n: CASE WHEN n[2] IS NULL THEN n[1] WHEN TRY_CAST(n[2] AS INTEGER) BETWEEN 0 AND len(n[1]) - 2 THEN left(n[1], CAST(n[2] AS INTEGER) + 2) END)[1];

CREATE OR REPLACE VIEW raw AS
SELECT line, regexp_extract(filename, '([^/]+)\.ndjson\.[a-z]+$', 1) AS raw_object, operation, tenant, date
FROM read_csv('{{lake}}/raw/operation=*/tenant=*/date=*/*.ndjson.*', columns = {'line': 'VARCHAR'}, auto_detect = false, header = false,
  delim = chr(1), quote = '', escape = '', new_line = '\n', max_line_size = 16777216, buffer_size = 33554432,
  filename = true, hive_partitioning = true, hive_types_autocast = false);

CREATE OR REPLACE VIEW items AS
SELECT time, record_id, record_digest, item_index, row_kind, kind, access_type, record_type, is_throttled, mailbox_guid, owner_upn, user_id, logon_type, address, address_normalized, is_exchange_online, sessions, token_id, apps, client_info, operation_count, folder_path, folder_name, internet_message_id, message_id, message_id_folded, subject, size_bytes, raw_object, raw_line, tenant, date
FROM read_parquet('{{lake}}/items/tenant=*/date=*/items.parquet', hive_partitioning = true, hive_types_autocast = false);

CREATE OR REPLACE VIEW email_events AS
SELECT line, regexp_extract(filename, '([^/]+)\.ndjson\.[a-z]+$', 1) AS raw_object, tenant, date
FROM read_csv('{{lake}}/email-events/tenant=*/date=*/*.ndjson.*', columns = {'line': 'VARCHAR'}, auto_detect = false, header = false,
  delim = chr(1), quote = '', escape = '', new_line = '\n', max_line_size = 16777216, buffer_size = 33554432,
  filename = true, hive_partitioning = true, hive_types_autocast = false);
