/**
 * How one member of a record is read. These say in SQL what `parseMailAccess` and its neighbours in `@mailtrail/core` say in TypeScript;
 * a test holds the two together.
 */
export const macros: string = String.raw`
-- A text with something in it; numbers, objects, null and blanks count as absent.
CREATE MACRO member(j, path) AS
  CASE WHEN json_type(j, path) = 'VARCHAR' AND regexp_matches(j ->> path, '\S') THEN j ->> path END;

CREATE MACRO trimmed(t) AS
  regexp_replace(t, '^[\s\x{0B}\p{Z}\x{FEFF}]+|[\s\x{0B}\p{Z}\x{FEFF}]+$', '', 'g');

CREATE MACRO bare_id(t) AS
  nullif(CASE WHEN trimmed(t) LIKE '<%>' THEN trimmed(regexp_extract(trimmed(t), '(?s)^<(.*)>$', 1)) ELSE trimmed(t) END, '');

-- UTC milliseconds whatever the session's zone, for a time without a zone is UTC.
CREATE MACRO zoned_ms(t) AS
  CASE WHEN regexp_matches(trimmed(t),
    '(?i)^\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?(Z|[+-](0\d|1[0-4]):?[0-5]\d)?$')
  THEN epoch_ms(TRY_CAST(regexp_replace(
    regexp_replace(replace(upper(trimmed(t)), ' ', 'T'), '(\.\d{3})\d+', '\1'),
    '^([^Z+]*T[^Z+-]*)$', '\1Z') AS TIMESTAMPTZ)) END;

-- Times outside the years 2000 to 2100 are no times.
CREATE MACRO utc_ms(t) AS
  CASE WHEN zoned_ms(t) >= 946684800000 AND zoned_ms(t) < 4133980800000 THEN zoned_ms(t) END;

-- Every value of one operation property, in lower case: neither order, presence nor letter case of the name is promised.
CREATE MACRO property_values(j, name) AS
  list_transform(
    list_filter(json_extract(j, '$.OperationProperties[*]'), lambda p: lower(trimmed(member(p, '$.Name'))) = name),
    lambda p: lower(trimmed(p ->> '$.Value')));

-- The path of a synced folder is mostly the text "Not Available", which is no path.
CREATE MACRO folder_path(j) AS nullif(member(j, '$.Path'), 'Not Available');
`
