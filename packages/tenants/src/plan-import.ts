import { createHash } from 'node:crypto'
import { MailtrailError, mapConcurrently, parseTenantId, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { openCollectionLog } from './collection-log.ts'
import { decideRow, type KnownTenant } from './decide-row.ts'
import type { FleetSettings } from './find-setting-faults.ts'
import type { ImportPlan, PlannedRow } from './import-plan.ts'
import { type ClientRow, parseClientList } from './parse-client-list.ts'
import { findTenant } from './registry.ts'

export interface PlanOptions {
  readonly fleet: FleetSettings
  readonly now: number
  readonly backfill: boolean
  /** Called as each row is decided, with their number. */
  readonly onRow: (total: number) => void
}

const rowsAtOnce = 16

/** Compares a list of clients with the registry, and changes nothing. @throws {@link MailtrailError} `CLIENT_LIST_INVALID` */
export async function planImport(lake: ObjectStore, list: Uint8Array, { fleet, now, backfill, onRow }: PlanOptions): Promise<ImportPlan> {
  const clients = parseClientList(list)
  const lines = linesById(clients)
  const rows = await mapConcurrently(clients, { limit: rowsAtOnce }, async (client) => {
    const planned = await planRow(lake, client, lines, fleet)
    onRow(clients.length)
    return planned
  })
  const sha256 = createHash('sha256').update(list).digest('hex')
  const id = createHash('sha256')
    .update(`${sha256}${lake.place}${JSON.stringify(rows)}`)
    .digest('hex')
    .slice(0, 12)
  return { id, createdAt: new Date(now).toISOString(), lake: lake.place, sha256, backfill, rows }
}

async function planRow(
  lake: ObjectStore,
  client: ClientRow,
  lines: ReadonlyMap<TenantId, readonly number[]>,
  fleet: FleetSettings,
): Promise<PlannedRow> {
  const { line } = client
  const tenantId = idOf(client)
  if (tenantId === undefined) return { line, tenantId: null, action: 'invalid', reasons: ['tenant_id is no GUID'] }
  const others = (lines.get(tenantId) ?? []).filter((other) => other !== line)
  const decision = decideRow(client, tenantId, await known(lake, tenantId), fleet)
  if (others.length === 0) return { line, tenantId, ...decision }
  const faults = decision.action === 'invalid' ? decision.reasons : []
  return { line, tenantId, action: 'invalid', reasons: [`tenant_id is also on line ${others.join(', ')}`, ...faults] }
}

async function known(lake: ObjectStore, tenantId: TenantId): Promise<KnownTenant> {
  const { state, settings } = await openCollectionLog(lake, tenantId)
  return { tenant: await findTenant(lake, tenantId), state, settings }
}

function linesById(clients: readonly ClientRow[]): Map<TenantId, number[]> {
  const lines = new Map<TenantId, number[]>()
  for (const client of clients) {
    const tenantId = idOf(client)
    if (tenantId !== undefined) lines.set(tenantId, [...(lines.get(tenantId) ?? []), client.line])
  }
  return lines
}

function idOf({ cells }: ClientRow): TenantId | undefined {
  try {
    return parseTenantId(cells.tenant_id ?? '')
  } catch (error) {
    if (error instanceof MailtrailError) return undefined
    throw error
  }
}
