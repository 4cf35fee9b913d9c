import { jsonToken } from './patterns.ts'
import { type Phrase, type Spelling, spell } from './spelling.ts'
import * as trino from './trino-functions.ts'

/** How the text of a record is read. DuckDB and Azure Data Explorer call functions of their files; Trino writes them out. */

export const parsed: Phrase = spell({
  duckdb: (line) => `TRY_CAST(${line} AS JSON)`,
  trino: (line) => `try(json_parse(${line}))`,
  kql: (line) => `parse_json(${line})`,
})

export const isObject: Phrase = spell({
  duckdb: (json) => `coalesce(json_type(${json}) = 'OBJECT', false)`,
  trino: (json) => `coalesce(json_format(${json}) LIKE '{%', false)`,
  kql: (json) => `gettype(${json}) == 'dictionary'`,
})

/** A part of an object, as JSON. */
export function member(json: Spelling, name: string): Spelling {
  return unwrapped(spell({ sql: (j) => `json_extract(${j}, '$.${name}')`, kql: (j) => `${j}['${name}']` })(json))
}

export function textOf(json: Spelling, name: string): Spelling {
  return spell({
    duckdb: (j) => `text_of(json_extract(${j}, '$.${name}'))`,
    trino: (j) => trino.textOf(`json_extract(${j}, '$.${name}')`),
    kql: (j) => `text_of(${j}['${name}'])`,
  })(json)
}

export function wordOf(json: Spelling, name: string): Spelling {
  return spell({
    sql: (text) => `lower(${text})`,
    kql: (text) => `tolower(${text})`,
  })(trimmed(textOf(json, name)))
}

export const trimmed: Phrase = spell({ duckdb: (text) => `trimmed(${text})`, trino: trino.trimmed, kql: (text) => `trimmed(${text})` })

export function wholeNumber(json: Spelling, name: string): Spelling {
  return spell({
    duckdb: (j) => `whole_number(json_extract(${j}, '$.${name}'))`,
    trino: (j) => trino.wholeNumber(`json_extract(${j}, '$.${name}')`),
    kql: (j) => `whole_number(${j}['${name}'])`,
  })(json)
}

/** The elements of a list, as JSON; none of what is no list. */
export const elements: Phrase = spell({
  duckdb: (json) => `CASE WHEN json_type(${json}) = 'ARRAY' THEN CAST(${json} AS JSON[]) ELSE [] END`,
  trino: (json) => `coalesce(TRY_CAST(${json} AS ARRAY(JSON)), CAST(ARRAY[] AS ARRAY(JSON)))`,
  kql: (json) => `elements(${json})`,
})

export const listWithFirst: Phrase = spell({
  duckdb: (first, list) => `list_prepend(${first}, ${list})`,
  trino: (first, list) => `ARRAY[${first}] || ${list}`,
  kql: (first, list) => `array_concat(pack_array(${first}), ${list})`,
})

export const bareId: Phrase = spell({ duckdb: (text) => `bare_id(${text})`, trino: trino.bareId, kql: (text) => `bare_id(${text})` })
export const utcTime: Phrase = spell({ duckdb: (text) => `utc_time(${text})`, trino: trino.utcTime, kql: (text) => `utc_time(${text})` })

/** Tells two deliveries of one record from two records under one Id, for the service changes the order of keys. */
export const digest: Phrase = spell({
  duckdb: (line) => `sha256(array_to_string(list_sort(regexp_extract_all(${line}, '${jsonToken}')), ' '))`,
  trino: trino.digest,
  kql: (line) => `hash_sha256(strcat_array(array_sort_asc(extract_all(@'(${jsonToken})', ${line})), ' '))`,
})

export const normalizedAddress: Phrase = spell({
  duckdb: (address) => `normalized_address(${address})`,
  trino: trino.normalizedAddress,
  kql: (address) => `normalized_address(${address})`,
})

/** Networks as the engine compares them. DuckDB compares bits. */
export const networkKeys: Phrase = spell({
  duckdb: (networks) => `list_transform(${networks}, lambda n: network_bits(n))`,
  trino: (networks) => `transform(${networks}, n -> ${trino.network('n')})`,
  kql: (networks) => networks,
})

/** Of a normalized address and the keys of networks. */
export const isInAnyNetwork: Phrase = spell({
  duckdb: (address, keys) => `coalesce(list_bool_or(list_transform(${keys}, lambda k: starts_with(address_bits(${address}), k))), false)`,
  trino: (address, keys) => `any_match(${keys}, k -> contains(k, CAST(${address} AS IPADDRESS)))`,
  kql: (address, keys) =>
    `coalesce(ipv4_is_in_any_range(${address}, ${keys}), false) or coalesce(ipv6_is_in_any_range(${address}, ${keys}), false)`,
})

/** What is no network would match nothing in silence. */
export const isNetwork: Phrase = spell({
  duckdb: (network) => `network_bits(${network}) IS NOT NULL`,
  trino: (network) => `TRY_CAST(${trino.network(network)} AS IPPREFIX) IS NOT NULL`,
  kql: (network) => `isnotempty(parse_ipv6(${network}))`,
})

/** Some exports put objects and lists into strings. */
export const unwrapped: Phrase = spell({
  duckdb: (json) => `unwrapped(${json})`,
  trino: trino.unwrapped,
  kql: (json) => `unwrapped(${json})`,
})

export const noElements: Spelling = { duckdb: 'CAST([] AS JSON[])', trino: 'CAST(ARRAY[] AS ARRAY(JSON))', kql: 'dynamic([])' }
