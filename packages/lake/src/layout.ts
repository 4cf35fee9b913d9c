import { createHash } from 'node:crypto'
import { type Compression, MailtrailError, type TenantId } from '@mailtrail/core'

/**
 * Every key of a lake is made here. Partitions are Hive-style, so that Athena, Trino, ADX and DuckDB read them as they are.
 * `date` is `YYYY-MM-DD`; raw objects are partitioned by event date (`unknown` included), ledger entries by `contentCreated` date.
 */

/** Content ids hold `$` and may hold anything, so keys carry their SHA-256. */
export function contentHash(contentId: string): string {
  return createHash('sha256').update(contentId).digest('hex')
}

export function rawPrefix(operation: string, tenantId: TenantId, date?: string): string {
  const tenant = `raw/operation=${encodeURIComponent(operation)}/tenant=${tenantId}/`
  return date === undefined ? tenant : `${tenant}date=${date}/`
}

export function rawKey(operation: string, tenantId: TenantId, date: string, contentId: string): string {
  return `${rawPrefix(operation, tenantId, date)}${contentHash(contentId)}.ndjson.gz`
}

/** The {@link contentHash} in the key of a raw object, whatever its part, variant and packing; undefined when it is none. */
export function contentHashOf(key: string): string | undefined {
  return /\/([0-9a-f]{64})(?:-part\d+)?(?:~[0-9a-f]{16})?\.ndjson\.(?:gz|zst)$/.exec(key)?.[1]
}

/** The event date in a key; undefined when it has none. */
export function dateOf(key: string): string | undefined {
  return /\/date=([^/]+)\//.exec(key)?.[1]
}

/** Where the second and further parts of what is too long for one object go. */
export function partKey(key: string, part: number): string {
  return part === 1 ? key : key.replace(packedSuffix, `-part${part}$&`)
}

/** Where a content's other version goes when the service serves different records under an id already stored. */
export function variantKey(key: string, recordsSha256: string): string {
  return key.replace(packedSuffix, `~${recordsSha256.slice(0, 16)}$&`)
}

const packedSuffix = /\.ndjson\.(gz|zst)$/

/** The key of the same lines in another packing. */
export function packedKey(key: string, compression: Compression): string {
  return key.replace(packedSuffix, compression === 'gzip' ? '.ndjson.gz' : '.ndjson.zst')
}

/** How the NDJSON object of this key is packed; undefined when it is none. */
export function packingOf(key: string): Compression | undefined {
  const suffix = packedSuffix.exec(key)?.[1]
  if (suffix === undefined) return undefined
  return suffix === 'gz' ? 'gzip' : 'zstd'
}

export function ledgerPrefix(tenantId: TenantId, date?: string): string {
  return `ledger/tenant=${tenantId}/${date === undefined ? '' : `date=${date}/`}`
}

/** What the keys of the folds of one day and content type begin with. */
export function foldPrefix(tenantId: TenantId, date: string, contentType: string): string {
  return `${ledgerPrefix(tenantId, date)}${contentType}/fold-`
}

/** @param fold - 1 for the first of the day */
export function foldKey(tenantId: TenantId, date: string, contentType: string, fold: number): string {
  return `${foldPrefix(tenantId, date, contentType)}${fold}.ndjson.gz`
}

/** The inverse of {@link foldKey}; undefined when the key is of no fold. */
export function parseFoldKey(key: string): { readonly date: string; readonly contentType: string; readonly fold: number } | undefined {
  const match = /\/date=(\d{4}-\d\d-\d\d)\/([^/]+)\/fold-([1-9]\d*)\.ndjson\.gz$/.exec(key)
  if (!match) return undefined
  const [, date = '', contentType = '', fold = ''] = match
  return { date, contentType, fold: Number(fold) }
}

export function alertPrefix(tenantId: TenantId, date?: string): string {
  return `alerts/tenant=${tenantId}/${date === undefined ? '' : `date=${date}/`}`
}

export function alertKey(tenantId: TenantId, date: string, alertId: string): string {
  return `${alertPrefix(tenantId, date)}${alertId}.json`
}

export function deliveredKey(tenantId: TenantId, date: string, alertId: string, destination: string): string {
  return `${alertPrefix(tenantId, date)}${alertId}.${encodeURIComponent(destination)}.delivered.json`
}

export function quarantinePrefix(tenantId: TenantId): string {
  return `quarantine/tenant=${tenantId}/`
}

export function quarantineKey(tenantId: TenantId, contentId: string, part: string): string {
  return `${quarantinePrefix(tenantId)}${contentHash(contentId)}.${part}`
}

/** Work of the tenant that was given up, with what became of it since; without a tenant, jobs in Redis that nobody could read. */
export function deadLetterPrefix(tenantId: TenantId | null): string {
  return tenantId === null ? 'control/dead-letters/' : `dead-letters/tenant=${tenantId}/`
}

/** @param id - 32 hex digits, of the work. @param event - 1 for the first of what became of it; without one, the letter itself */
export function deadLetterKey(tenantId: TenantId | null, stage: string, id: string, event?: number): string {
  return `${deadLetterPrefix(tenantId)}${stage}/${id}${event === undefined ? '' : `.${event}`}.json`
}

/** What retention or deletion removed of the tenant, said before it was. */
export function tombstonePrefix(tenantId: TenantId): string {
  return `tombstones/tenant=${tenantId}/`
}

/** @param date - UTC day of writing. @param sha256 - hex, of the tombstone's bytes */
export function tombstoneKey(tenantId: TenantId, date: string, sha256: string): string {
  return `${tombstonePrefix(tenantId)}date=${date}/${sha256}.ndjson`
}

export function emailEventsPrefix(tenantId: TenantId, date?: string): string {
  return `email-events/tenant=${tenantId}/${date === undefined ? '' : `date=${date}/`}`
}

export function emailEventsKey(tenantId: TenantId, date: string, sourceSha256: string): string {
  return `${emailEventsPrefix(tenantId, date)}${sourceSha256}.ndjson.gz`
}

/** What was imported for the tenant. */
export function importNotesPrefix(tenantId: TenantId): string {
  return `imports/tenant=${tenantId}/`
}

/** @param sha256 - hex, of the note's bytes */
export function importNoteKey(tenantId: TenantId, sha256: string): string {
  return `${importNotesPrefix(tenantId)}${sha256}.ndjson`
}

export const tenantsPrefix = 'control/tenants/'

export function tenantKey(tenantId: TenantId): string {
  return `${tenantsPrefix}${tenantId}.json`
}

export function historyPrefix(tenantId: TenantId): string {
  return `${tenantsPrefix}${tenantId}/history/`
}

/** Checks of a tenant's prerequisites. They come daily, so they are kept apart from what is listed to find the tenants. */
export function checksPrefix(tenantId: TenantId): string {
  return `control/checks/${tenantId}/`
}

/** @param at - ISO time of the check, which orders them by name */
export function checkKey(tenantId: TenantId, at: string): string {
  return `${checksPrefix(tenantId)}${at.replaceAll(':', '')}.json`
}

/** Up to which event date raw of the tenant was removed. */
export function retiredRawKey(tenantId: TenantId): string {
  return `${retiredRawPrefix}${tenantId}.json`
}

const retiredRawPrefix = 'control/retention/'

/** What a deletion of a tenant removed. @param at - ISO time */
export function deletionKey(tenantId: TenantId, at: string): string {
  return `control/deletions/${tenantId}/${at.replaceAll(':', '')}.json`
}

/** That records of an operation were kept by this fleet at any time: their partitions begin with it. */
export function keptOperationKey(operation: string): string {
  return `${keptOperationsPrefix}${encodeURIComponent(operation)}.json`
}

export const keptOperationsPrefix = 'control/operations/'

/** That the one-time state of a consent link was used. `nonce` is base64url. */
export function consentKey(nonce: string): string {
  return `control/consent/${nonce}.json`
}

const itemsPrefixOfAll = 'items/'

/** The tenant's items, or one date's, which is one file. */
export function itemsPrefix(tenantId: TenantId, date?: string): string {
  return `${itemsPrefixOfAll}tenant=${tenantId}/${date === undefined ? '' : `date=${date}/`}`
}

export function itemsKey(tenantId: TenantId, date: string): string {
  return `${itemsPrefix(tenantId, date)}items.parquet`
}

/**
 * Whether an object of this key may change: the registration of a tenant, what was retired of it, and items, which are rebuilt from raw. All else
 * is written once.
 */
export function isReplaceable(key: string): boolean {
  return (
    key.startsWith(itemsPrefixOfAll) ||
    key.startsWith(retiredRawPrefix) ||
    (key.startsWith(tenantsPrefix) && !key.slice(tenantsPrefix.length).includes('/'))
  )
}

/** @throws {@link MailtrailError} `LAKE_KEY_INVALID` when an object of this key never changes */
export function requireReplaceable(key: string): void {
  if (isReplaceable(key)) return
  throw new MailtrailError('LAKE_KEY_INVALID', `"${key}" is written once and never replaced: only registrations and items change.`)
}

/** @param at - ISO time of the event, which orders the history by name */
export function historyKey(tenantId: TenantId, at: string, kind: string): string {
  return `${historyPrefix(tenantId)}${at.replaceAll(':', '')}-${kind}.json`
}
