const codePoints = [9, 10, 11, 12, 13, 32, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff]
const spaces = Array.from({ length: 11 }, (_, index) => 0x2000 + index)
const whiteSpace = `'${String.fromCodePoint(...codePoints, ...spaces)}'`

/**
 * How one member of a record is read. These say in SQL what `parseMailAccess` and its neighbours in `@mailtrail/core` say in TypeScript;
 * a test holds the two together.
 */
export const macros: string = String.raw`
-- White space as JavaScript trims it. Most texts begin and end with a printed ASCII character, and the set of white space costs much.
CREATE MACRO trimmed(t) AS
  CASE WHEN unicode(t) BETWEEN 33 AND 126 AND unicode(right(t, 1)) BETWEEN 33 AND 126 THEN t ELSE trim(t, ${whiteSpace}) END;

-- A text with something in it; numbers, objects, null and blanks count as absent.
CREATE MACRO text_of(value) AS
  CASE WHEN json_type(value) = 'VARCHAR' THEN CASE WHEN trimmed(value ->> '$') <> '' THEN value ->> '$' END END;

CREATE MACRO member(j, path) AS text_of(json_extract(j, path));

CREATE MACRO bare_id(t) AS
  nullif(CASE WHEN trimmed(t) LIKE '<%>' THEN trimmed(substr(trimmed(t), 2, length(trimmed(t)) - 2)) ELSE trimmed(t) END, '');

-- A whole number, also where it comes as text; decimals are cut off.
CREATE MACRO whole_of(value) AS
  CASE WHEN json_type(value) IN ('VARCHAR', 'UBIGINT', 'BIGINT', 'DOUBLE') THEN TRY_CAST(trunc(TRY_CAST(trimmed(value ->> '$') AS DOUBLE)) AS BIGINT) END;

-- UTC milliseconds whatever the session's zone, for a time without a zone is UTC.
CREATE MACRO zoned_ms(t) AS
  CASE WHEN regexp_matches(trimmed(t),
    '(?i)^\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?(Z|[+-](0\d|1[0-4]):?[0-5]\d)?$')
  THEN epoch_ms(TRY_CAST(
    replace(upper(trimmed(t)), ' ', 'T') || CASE WHEN regexp_matches(trimmed(t), '(?i)(Z|[+-]\d\d:?\d\d)$') THEN '' ELSE 'Z' END
    AS TIMESTAMPTZ)) END;

-- Times outside the years 2000 to 2100 are no times.
CREATE MACRO sane_ms(ms) AS CASE WHEN ms >= 946684800000 AND ms < 4133980800000 THEN ms END;

-- Every value of one operation property, in lower case: neither order, presence nor letter case of the name is promised.
CREATE MACRO property_values(properties, name) AS
  list_transform(
    list_filter(properties, lambda p: lower(trimmed(text_of(p.Name))) = name),
    lambda p: lower(trimmed(p.Value ->> '$')));

-- The path of a synced folder is mostly the text "Not Available", which is no path.
CREATE MACRO folder_path(folder) AS nullif(text_of(folder.Path), 'Not Available');
`
