const codePoints = [9, 10, 11, 12, 13, 32, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff]
const spaces = Array.from({ length: 11 }, (_, index) => 0x2000 + index)
const whiteSpace = `'${String.fromCodePoint(...codePoints, ...spaces)}'`

/**
 * How one member of a record is read. These say in SQL what `parseMailAccess` and its neighbours in `@mailtrail/core` say in TypeScript;
 * a test holds the two together. A macro repeats what it is given, so that its arguments are columns wherever many rows are read.
 */
export const macros: string = String.raw`
-- White space as JavaScript trims it. Most texts begin and end with a printed ASCII character, and the set of white space costs much.
CREATE MACRO trimmed(t) AS
  CASE WHEN unicode(t) BETWEEN 33 AND 126 AND unicode(right(t, 1)) BETWEEN 33 AND 126 THEN t ELSE trim(t, ${whiteSpace}) END;

-- A text; numbers, objects and null count as absent.
CREATE MACRO string_of(value) AS CASE WHEN json_type(value) = 'VARCHAR' THEN value ->> '$' END;

-- A text with something in it; blanks count as absent.
CREATE MACRO filled(t) AS CASE WHEN trimmed(t) <> '' THEN t END;

-- The same, for comparison.
CREATE MACRO folded(t) AS nullif(lower(trimmed(t)), '');

-- A whole number, also where it comes as text; decimals are cut off.
CREATE MACRO whole_of(value) AS
  CASE WHEN json_type(value) IN ('VARCHAR', 'UBIGINT', 'BIGINT', 'DOUBLE') THEN
    TRY_CAST(trunc(coalesce(TRY_CAST(value ->> '$' AS DOUBLE), TRY_CAST(trim(value ->> '$', ${whiteSpace}) AS DOUBLE))) AS BIGINT) END;

-- A message id without its brackets; t is trimmed.
CREATE MACRO inner_id(t) AS nullif(CASE WHEN t LIKE '<%>' THEN trimmed(substr(t, 2, length(t) - 2)) ELSE t END, '');

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
    list_filter(properties, lambda p: contains(lower(p.Name ->> '$'), name) AND trim(lower(p.Name ->> '$'), ${whiteSpace}) = name),
    lambda p: lower(trim(p.Value ->> '$', ${whiteSpace})));

-- The path of a synced folder is mostly the text "Not Available", which is no path.
CREATE MACRO known_path(path) AS nullif(filled(path), 'Not Available');
`
