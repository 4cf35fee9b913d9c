import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseTenantId } from '../tenant-id.ts'
import { normalizeAddress } from './ip-address.ts'
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts'
import { type MailAccess, parseMailAccess } from './mail-access.ts'
import { foldMessageId } from './message-id.ts'
import { recordDigest } from './record-digest.ts'
import { createRecordSelector } from './select-records.ts'
import { createRecordSplitter } from './split-records.ts'

type Tally = Readonly<Record<string, number>>

/** Counts made by another program over the same files; its `counting_rules` say how. */
interface Truth {
  readonly files: Readonly<Record<string, FileTruth>>
  readonly everything_together: FileTruth
}

interface RecordCounts {
  readonly records: number
  readonly not_objects: number
  readonly without_id: number
  readonly unique_ids: number
  readonly ids_repeated_identical: number
  readonly ids_conflicting: number
  readonly operations: Tally
  readonly record_types: Tally
  readonly client_ip_forms: Tally
}

interface MailCounts {
  readonly all: Tally
  readonly unique: Tally
  readonly distinct_addresses: number
  readonly without_address: number
  readonly contexts: Readonly<Record<string, Tally>>
}

/** `mail_lenient` stands beside `mail` where lists are given as text and reading that makes a difference. */
interface FileTruth extends RecordCounts {
  readonly mail: MailCounts
  readonly mail_lenient?: MailCounts
}

const folder = fileURLToPath(new URL('../../../../../shared/samples/', import.meta.url))
const isThere = existsSync(`${folder}TRUTH.json`)
const truth: Truth = isThere ? JSON.parse(readFileSync(`${folder}TRUTH.json`, 'utf8')) : { files: {} }
const operations = new Set(['MailItemsAccessed'])

if (!isThere) console.warn(`Skipped: the samples cannot be counted, for ${folder} is missing.`)

describe.skipIf(!isThere)('the samples, counted by another program', () => {
  test.each(Object.entries(truth.files))('%s has the same records', (name, expected) => {
    expect(countRecords(readElements([name]))).toEqual(recordCounts(expected))
  })

  test.each(Object.entries(truth.files))('%s has the same mail accesses', (name, expected) => {
    expect(countMail(selectAll([name]))).toEqual(mailCounts(expected))
  })

  test('all of them together are counted alike', () => {
    const names = Object.keys(truth.files)
    expect(countRecords(readElements(names))).toEqual(recordCounts(truth.everything_together))
    expect(countMail(selectAll(names))).toEqual(mailCounts(truth.everything_together))
  })
})

function recordCounts(expected: FileTruth): RecordCounts {
  const { records, not_objects, without_id, unique_ids, ids_repeated_identical, ids_conflicting } = expected
  const { operations, record_types, client_ip_forms } = expected
  return {
    records,
    not_objects,
    without_id,
    unique_ids,
    ids_repeated_identical,
    ids_conflicting,
    operations,
    record_types,
    client_ip_forms,
  }
}

function mailCounts({ mail, mail_lenient }: FileTruth): MailCounts {
  const { all, unique, contexts, distinct_addresses, without_address } = mail_lenient ?? mail
  return { all, unique, contexts, distinct_addresses, without_address }
}

/** The text of each element, in chunks of an odd size. */
function readElements(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const splitter = createRecordSplitter()
    const texts: string[] = []
    for (const chunk of chunksOf(name)) {
      for (let at = 0; at < chunk.length; ) at = splitter.take(chunk, at, ({ bytes }) => texts.push(new TextDecoder().decode(bytes)))
    }
    splitter.end()
    return texts
  })
}

function chunksOf(name: string): Uint8Array[] {
  const body = readFileSync(`${folder}${name}`)
  return Array.from({ length: Math.ceil(body.length / 997) }, (_, at) => body.subarray(at * 997, at * 997 + 997))
}

/** The samples come from many tenants: each organization's records are selected as its own. */
function selectAll(names: readonly string[]): JsonObject[] {
  return names.flatMap((name) => {
    const tenants = new Set(readElements([name]).flatMap((text) => organizationOf(JSON.parse(text))))
    return [...tenants].flatMap((tenant) => {
      const selector = createRecordSelector({ operations, tenantId: parseTenantId(tenant) })
      const selected = [...chunksOf(name).flatMap((chunk) => selector.push(chunk)), ...selector.end()]
      return selected.flatMap((one) => (one.kind === 'kept' ? [JSON.parse(new TextDecoder().decode(one.line))] : []))
    })
  })
}

function organizationOf({ OrganizationId: id }: JsonObject): string[] {
  return typeof id === 'string' && /^[0-9a-f-]{36}$/i.test(id) ? [id] : []
}

function countRecords(texts: readonly string[]): RecordCounts {
  const parsed = texts.map((text): { text: string; value: unknown } => ({ text, value: JSON.parse(text) }))
  const objects = parsed.map(({ value }) => value).filter(isJsonObject)
  const identified = parsed.filter(({ value }) => isJsonObject(value) && idOf(value) !== undefined)
  const byId = Map.groupBy(identified, ({ value }) => isJsonObject(value) && idOf(value))
  const repeated = [...byId.values()]
    .filter((same) => same.length > 1)
    .map((same) => new Set(same.map(({ text }) => recordDigest(text))).size)
  return {
    records: texts.length,
    not_objects: texts.length - objects.length,
    without_id: objects.filter((record) => idOf(record) === undefined).length,
    unique_ids: byId.size,
    ids_repeated_identical: repeated.filter((variants) => variants === 1).length,
    ids_conflicting: repeated.filter((variants) => variants > 1).length,
    operations: tally(objects.map(({ Operation }) => (Operation === undefined ? 'None' : String(Operation)))),
    record_types: tally(objects.map(({ RecordType }) => typed(RecordType))),
    client_ip_forms: tally(objects.flatMap(addressForms)),
  }
}

const idOf = (record: JsonObject): string | undefined => parseMailAccess(record).id

function typed(value: JsonValue | undefined): string {
  if (value === undefined) return 'NoneType:None'
  return `${typeof value === 'number' ? 'int' : 'str'}:${value}`
}

function addressForms(record: JsonObject): string[] {
  return ['ClientIPAddress', 'ClientIP'].flatMap((field) => {
    const value = record[field]
    return typeof value === 'string' ? [`${field} ${formOf(value)}`] : []
  })
}

/** In an example of the vendor's documentation; the other program took it for v6, but it is no address. */
const cutMapped = 'ffff:10.11.0.229'

function formOf(raw: string): string {
  if (raw === '') return 'empty'
  if (normalizeAddress(raw) === undefined && raw !== cutMapped) return 'not an address'
  if (/^[\d.]+$/.test(raw)) return 'v4'
  if (/^[\d.]+:\d+$/.test(raw)) return 'v4:port'
  if (!raw.startsWith('[')) return 'v6'
  return raw.endsWith(']') ? '[v6]' : '[v6]:port'
}

function countMail(records: readonly JsonObject[]): MailCounts {
  const accesses = records.map(parseMailAccess)
  const seen = new Set<string>()
  const unique = accesses.filter(({ id }) => id === undefined || (!seen.has(id) && seen.add(id)))
  const addresses = unique.map(({ address }) => address?.normalized)
  return {
    all: countAccesses(accesses),
    unique: countAccesses(unique),
    distinct_addresses: new Set(addresses.filter((address) => address !== undefined)).size,
    without_address: addresses.filter((address) => address === undefined).length,
    contexts: countContexts(unique),
  }
}

function countAccesses(accesses: readonly MailAccess[]): Tally {
  const raw = accesses.flatMap(({ items }) => items.flatMap(({ internetMessageId }) => internetMessageId ?? []))
  const bare = accesses.flatMap(({ items }) => items.flatMap(({ messageId }) => messageId ?? []))
  return {
    records: accesses.length,
    bind: accesses.filter(({ accessType }) => accessType === 'Bind').length,
    sync: accesses.filter(({ accessType }) => accessType === 'Sync').length,
    access_none: accesses.filter(({ accessType }) => accessType === undefined).length,
    throttled_true: accesses.filter(({ isThrottled }) => isThrottled === true).length,
    throttled_false: accesses.filter(({ isThrottled }) => isThrottled === false).length,
    throttled_absent: accesses.filter(({ isThrottled }) => isThrottled === undefined).length,
    message_id_mentions: raw.length,
    message_ids_raw: new Set(raw).size,
    message_ids_bare: new Set(bare).size,
    message_ids_folded: new Set(bare.map(foldMessageId)).size,
  }
}

function countContexts(accesses: readonly MailAccess[]): Record<string, Tally> {
  const contexts = Map.groupBy(accesses, ({ mailbox, address }) => `${mailbox} | ${address?.normalized ?? 'none'}`)
  return Object.fromEntries(
    Array.from(contexts, ([context, group]) => {
      const items = group.flatMap((access) => access.items)
      return [
        context,
        {
          records: group.length,
          bind: group.filter(({ accessType }) => accessType === 'Bind').length,
          sync: group.filter(({ accessType }) => accessType === 'Sync').length,
          throttled: group.filter(({ isThrottled }) => isThrottled).length,
          folders: new Set(items.map(({ folder }) => folder)).size,
          message_ids: new Set(items.flatMap(({ messageId }) => (messageId === undefined ? [] : foldMessageId(messageId)))).size,
        },
      ]
    }),
  )
}

function tally(words: readonly string[]): Tally {
  return Object.fromEntries(
    Array.from(
      Map.groupBy(words, (word) => word),
      ([word, same]) => [word, same.length],
    ),
  )
}
