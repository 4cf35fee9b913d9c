import { isDeepStrictEqual } from 'node:util'
import { type CollectionState, mailContentType, type Retention, type TenantId } from '@mailtrail/core'
import type { CollectionSettings } from './collection-log.ts'
import { type FleetSettings, findSettingFaults } from './find-setting-faults.ts'
import type { ClientRow } from './parse-client-list.ts'
import { findTenantFaults, retentionForAll, type Tenant } from './tenant.ts'

/** What the registry knows of a tenant; of one that it does not know, nothing. */
export interface KnownTenant {
  readonly tenant: Tenant | undefined
  readonly state: CollectionState
  readonly settings: CollectionSettings | undefined
}

/** What a row of a list of clients comes to. `reasons` are its faults, or what changes. */
export type RowDecision =
  | { readonly action: 'invalid'; readonly reasons: readonly string[] }
  | {
      readonly action: 'add' | 'update' | 'unchanged'
      readonly reasons: readonly string[]
      readonly before: Tenant | null
      readonly after: Tenant
      readonly contentTypes: readonly string[]
    }

/** What the list has no column for stays as it is; what a cell leaves empty goes. */
export function decideRow(row: ClientRow, tenantId: TenantId, known: KnownTenant, fleet: FleetSettings): RowDecision {
  const before = known.tenant ?? null
  const after = tenantOf(row, tenantId, known.tenant)
  const contentTypes = pickList(row.cells.content_types, known.settings?.contentTypes) ?? [mailContentType]
  const faults = [
    ...row.faults,
    ...[...findTenantFaults(after), ...findSettingFaults(after, contentTypes, fleet)].map(byColumn),
    ...(known.state === 'removed' ? ['was removed; to collect it again, use: mailtrail tenant add'] : []),
    ...(before && before.lake !== after.lake ? ['lake is fixed once a tenant is added: evidence does not move'] : []),
  ]
  if (faults.length > 0) return { action: 'invalid', reasons: [...new Set(faults)] }
  const decided = { before, after, contentTypes }
  if (known.state === 'none') return { action: 'add', reasons: [], ...decided }
  const collected = { contentTypes: known.settings?.contentTypes }
  const changes = [...changesOf(before ?? {}, after), ...changesOf(collected, { contentTypes })]
  return { action: changes.length > 0 ? 'update' : 'unchanged', reasons: changes, ...decided }
}

function tenantOf({ cells }: ClientRow, tenantId: TenantId, known: Tenant | undefined): Tenant {
  return {
    tenantId,
    displayName: cells.display_name ?? known?.displayName ?? '',
    cloud: pick(cells.cloud, known?.cloud) ?? 'worldwide',
    clientId: pick(cells.client_id, known?.clientId),
    credentials: pickList(cells.credential, known?.credentials) ?? [],
    publisherId: pick(cells.publisher_id, known?.publisherId),
    tags: pickList(cells.tags, known?.tags) ?? [],
    lake: pick(cells.lake, known?.lake),
    retention: retentionFrom(cells.retention_days, known?.retention),
    legalHold: known?.legalHold,
    destinations: pickList(cells.destinations, known?.destinations),
    requestsPerMinute: known?.requestsPerMinute,
  }
}

function retentionFrom(cell: string | undefined, known: Retention | undefined): Retention | undefined {
  if (cell === undefined) return known
  return cell === '' ? undefined : retentionForAll(Number(cell))
}

function pick(cell: string | undefined, known: string | undefined): string | undefined {
  return cell === undefined ? known : cell || undefined
}

function pickList(cell: string | undefined, known: readonly string[] | undefined): readonly string[] | undefined {
  if (cell === undefined) return known
  const parts = cell.split(';').map((part) => part.trim())
  return cell === '' ? undefined : parts.filter((part) => part !== '')
}

function changesOf(before: object, after: object): string[] {
  const known = new Map<string, unknown>(Object.entries(before))
  return Object.entries(after).flatMap(([field, value]) =>
    isDeepStrictEqual(known.get(field), value) ? [] : [byColumn(`${field}: ${show(known.get(field))} → ${show(value)}`)],
  )
}

/** A sealed credential is too long to read, and nothing can be read from it. */
function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).replaceAll(/sealed:v1:[\w-]+/g, 'sealed:…')
}

function byColumn(text: string): string {
  // One cell is three fields, each of which may have the same fault.
  if (text.startsWith('retention')) return text.replace(/^retention(\.\w+)?/, 'retention_days')
  return text.replace(/^\w+/, (field) =>
    field === 'credentials' ? 'credential' : field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  )
}
