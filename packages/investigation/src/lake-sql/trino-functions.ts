import { addressWrappings, jsonToken, outerSpace, zonedTime } from './patterns.ts'

/** What the views write out in Trino and Athena, which has no functions of its users. */

const trinoSpace = outerSpace.replaceAll(String.raw`\x{feff}`, String.raw`\ufeff`)

export function trimmed(text: string): string {
  return `regexp_replace(${text}, '${trinoSpace}')`
}

/** A text with something in it; numbers, objects and blanks count as missing. */
export function textOf(json: string): string {
  const quoted = `json_parse(regexp_extract(json_format(${json}), '(?s)^".*"$'))`
  return `regexp_extract(json_extract_scalar(${quoted}, '$'), '(?s)^.*\\S.*$')`
}

/** Some exports put objects and lists into strings. */
export function unwrapped(json: string): string {
  return `coalesce(try(json_parse(regexp_extract(json_extract_scalar(${json}, '$'), '(?s)^\\s*[\\[{].*'))), ${json})`
}

export function wholeNumber(json: string): string {
  return `TRY_CAST(truncate(TRY_CAST(trim(json_extract_scalar(${json}, '$')) AS DOUBLE)) AS BIGINT)`
}

export function bareId(text: string): string {
  return `nullif(${trimmed(`regexp_replace(${trimmed(text)}, '(?s)^<(.*)>$', '$1')`)}, '')`
}

/** To the millisecond; a time without a zone is UTC. */
export function utcTime(text: string): string {
  const zone = `CASE WHEN regexp_like(${text}, '(?i)(Z|[+-]\\d\\d:?\\d\\d)\\s*$') THEN '' ELSE 'Z' END`
  const iso = `concat(replace(upper(${trimmed(text)}), ' ', 'T'), ${zone})`
  const read = `regexp_replace(regexp_replace(${iso}, '(\\.\\d{3})\\d+', '$1'), '([+-]\\d\\d)(\\d\\d)$', '$1:$2')`
  return `CASE WHEN regexp_like(${trimmed(text)}, '${zonedTime}') THEN CAST(try(from_iso8601_timestamp(${read})) AT TIME ZONE 'UTC' AS TIMESTAMP(3)) END`
}

/** One spelling for each address: v4 dotted, also where it is mapped into v6; v6 as in RFC 5952. */
export function normalizedAddress(text: string): string {
  const host = addressWrappings.reduce((inner, wrapping) => `regexp_replace(${inner}, '${wrapping}', '$1')`, trimmed(text))
  return `CAST(TRY_CAST(${host} AS IPADDRESS) AS VARCHAR)`
}

export function network(text: string): string {
  return `CASE WHEN strpos(${text}, '/') > 0 THEN ${text} WHEN strpos(${text}, ':') > 0 THEN concat(${text}, '/128') ELSE concat(${text}, '/32') END`
}

export function digest(text: string): string {
  return `lower(to_hex(sha256(to_utf8(array_join(array_sort(regexp_extract_all(${text}, '${jsonToken}')), ' ')))))`
}
