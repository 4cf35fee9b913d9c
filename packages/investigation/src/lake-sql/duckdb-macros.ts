import { addressWrappings, dottedAddress, outerSpace, zeroGroups, zeroRuns, zonedTime } from './patterns.ts'

const host = addressWrappings.reduce((text, wrapping) => `regexp_replace(${text}, '${wrapping}', '\\1')`, 'trimmed(t)')
const compressed = zeroRuns
  .map((run) => `WHEN regexp_matches(t, '${zeroGroups(run)}') THEN regexp_replace(t, '${zeroGroups(run)}', '\\1::\\2')`)
  .join('\n    ')

/** Names a value, for a macro writes out what it is given wherever that stands. */
function given(value: string, name: string, result: string): string {
  return `list_transform([${value}], lambda ${name}: ${result})[1]`
}

const hexadecimal = "format('{:x}:{:x}', o[1]::INTEGER * 256 + o[2]::INTEGER, o[3]::INTEGER * 256 + o[4]::INTEGER)"
const padded = `CASE
    WHEN len(p) = 1 THEN string_split(p[1], ':')
    WHEN len(p) = 2 AND len(groups_of(p[1])) + len(groups_of(p[2])) <= 7
    THEN groups_of(p[1]) || list_transform(range(8 - len(groups_of(p[1])) - len(groups_of(p[2]))), lambda i: '0') || groups_of(p[2]) END`

/**
 * What the views call in DuckDB. Its address functions are in an extension that is not there offline.
 */
export const duckdbMacros: string = String.raw`CREATE OR REPLACE MACRO trimmed(t) AS regexp_replace(t, '${outerSpace}', '', 'g');

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
  ${given(
    'trimmed(t)',
    's',
    String.raw`CASE WHEN regexp_matches(s, '${zonedTime}') THEN date_trunc('millisecond', TRY_CAST(
    replace(upper(s), ' ', 'T') || CASE WHEN regexp_matches(s, '(?i)(Z|[+-]\d\d:?\d\d)$') THEN '' ELSE 'Z' END
    AS TIMESTAMPTZ) AT TIME ZONE 'UTC') END`,
  )};

CREATE OR REPLACE MACRO address_host(t) AS
  ${host};

CREATE OR REPLACE MACRO groups_of(t) AS CASE WHEN t = '' THEN [] ELSE string_split(t, ':') END;

-- The eight groups of a v6 address, as text; NULL where there are not as many.
CREATE OR REPLACE MACRO v6_texts(t) AS ${given(given("string_split(t, '::')", 'p', padded), 'g', 'CASE WHEN len(g) = 8 THEN g END')};

-- The last 32 bits of a v6 address may be written like v4.
CREATE OR REPLACE MACRO hexadecimal_tail(t) AS
  CASE WHEN regexp_matches(t, ':${dottedAddress}$')
  THEN regexp_extract(t, '^(.*:)', 1) || ${given("string_split(split_part(t, ':', -1), '.')", 'o', hexadecimal)} ELSE t END;

-- The eight numbers of a v6 address; NULL where it is none.
CREATE OR REPLACE MACRO v6_groups(t) AS
  CASE WHEN contains(t, ':') THEN ${given(
    'v6_texts(hexadecimal_tail(t))',
    'g',
    `CASE WHEN len(list_filter(g, lambda x: regexp_matches(x, '^[0-9A-Fa-f]{1,4}$'))) = 8
    THEN list_transform(g, lambda x: CAST('0x' || x AS INTEGER)) END`,
  )} END;

CREATE OR REPLACE MACRO compressed(t) AS
  CASE
    ${compressed}
    ELSE t END;

CREATE OR REPLACE MACRO printed_address(g) AS
  CASE WHEN list_slice(g, 1, 6) = [0, 0, 0, 0, 0, 65535] THEN format('{}.{}.{}.{}', g[7] // 256, g[7] % 256, g[8] // 256, g[8] % 256)
  ELSE ${given("array_to_string(list_transform(g, lambda n: format('{:x}', n)), ':')", 't', 'compressed(t)')} END;

-- One spelling for each address: v4 dotted, also where it is mapped into v6; v6 as in RFC 5952. NULL where the text is no address.
CREATE OR REPLACE MACRO normalized_address(t) AS
  ${given('address_host(t)', 'h', `CASE WHEN regexp_matches(h, '^${dottedAddress}$') THEN h ELSE ${given('v6_groups(h)', 'g', 'printed_address(g)')} END`)};

-- The family and the bits of a normalized address, as text.
CREATE OR REPLACE MACRO address_bits(t) AS
  CASE WHEN contains(t, ':') THEN '6 ' || array_to_string(list_transform(v6_texts(t), lambda g: format('{:016b}', CAST('0x' || g AS INTEGER))), '')
  ELSE '4 ' || array_to_string(list_transform(string_split(t, '.'), lambda n: format('{:08b}', CAST(n AS INTEGER))), '') END;

-- What the bits of every address of a network begin with; NULL where the text is no network.
CREATE OR REPLACE MACRO network_bits(t) AS
  ${given(
    "[address_bits(normalized_address(split_part(t, '/', 1))), CASE WHEN contains(t, '/') THEN split_part(t, '/', 2) END]",
    'n',
    'CASE WHEN n[2] IS NULL THEN n[1] WHEN TRY_CAST(n[2] AS INTEGER) BETWEEN 0 AND len(n[1]) - 2 THEN left(n[1], CAST(n[2] AS INTEGER) + 2) END',
  )};
`
