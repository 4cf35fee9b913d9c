import { type Abortable, dayMs, MailtrailError, type TenantId } from '@mailtrail/core'
import {
  alertPrefix,
  checksPrefix,
  deadLetterPrefix,
  emailEventsPrefix,
  itemsPrefix,
  type ObjectStore,
  quarantinePrefix,
  rawPrefix,
  readLedger,
} from '@mailtrail/lake'
import { readHistory } from './history.ts'
import { readKeptOperations } from './kept-operations.ts'

/** What a deletion takes. Whatever names people of a tenant, or the mail they read, belongs here. */
export type DataKind = 'items' | 'raw' | 'email-events' | 'quarantine' | 'alerts' | 'dead-letters' | 'checks'

export interface TenantData {
  readonly kind: DataKind
  readonly lake: ObjectStore
  readonly prefixes: readonly string[]
}

export interface TenantPlace {
  readonly fleetLake: ObjectStore
  /** The tenant's own. */
  readonly lake: ObjectStore
  readonly tenantId: TenantId
}

/** Where everything of a tenant lies that a deletion takes; items before the raw they are made from. */
export async function findTenantData({ fleetLake, lake, tenantId }: TenantPlace, now: number, options?: Abortable): Promise<TenantData[]> {
  const noted = await readKeptOperations(fleetLake, options)
  const listed = await listedOperations({ fleetLake, lake, tenantId }, now, options)
  const operations = [...new Set([...noted, ...listed])]
  return [
    { kind: 'items', lake, prefixes: [itemsPrefix(tenantId)] },
    { kind: 'raw', lake, prefixes: operations.map((operation) => rawPrefix(operation, tenantId)) },
    { kind: 'email-events', lake, prefixes: [emailEventsPrefix(tenantId)] },
    { kind: 'quarantine', lake, prefixes: [quarantinePrefix(tenantId)] },
    { kind: 'alerts', lake, prefixes: [alertPrefix(tenantId)] },
    { kind: 'dead-letters', lake, prefixes: [deadLetterPrefix(tenantId)] },
    { kind: 'checks', lake: fleetLake, prefixes: [checksPrefix(tenantId)] },
  ]
}

/** Ledger read at a time. */
const stepMs = 7 * dayMs

/** The operations that the ledger says were kept: a release before they were noted may have kept others. */
async function listedOperations({ fleetLake, lake, tenantId }: TenantPlace, now: number, options?: Abortable): Promise<Set<string>> {
  const operations = new Set<string>()
  const [first] = await readHistory(fleetLake, tenantId, options)
  for (let from = (first?.at ?? now) - stepMs; from < now; from += stepMs) {
    // A damaged ledger must not keep what its tenant wants deleted.
    const entries = await readLedger(lake, tenantId, { from, to: from + stepMs }, options).catch(noneIfDamaged)
    for (const operation of entries.flatMap((entry) => entry.operations)) operations.add(operation)
  }
  return operations
}

function noneIfDamaged(error: unknown): [] {
  if (error instanceof MailtrailError && error.code.startsWith('LEDGER_')) return []
  throw error
}
