import { isDeepStrictEqual } from 'node:util'
import { MailtrailError, mapConcurrently } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { openCollectionLog } from './collection-log.ts'
import type { ImportPlan, PlannedRow } from './import-plan.ts'
import { addTenant, findTenant, updateTenant } from './registry.ts'
import { isSameTenant } from './tenant.ts'

export interface RowResult {
  readonly line: number
  readonly tenantId: string | null
  readonly result: 'added' | 'updated' | 'unchanged' | 'failed'
  readonly reasons: readonly string[]
}

export interface ApplyOptions {
  readonly now: number
  /** Called as each row is done, with their number. */
  readonly onRow: (total: number) => void
}

type ValidRow = Exclude<PlannedRow, { readonly action: 'invalid' }>

/** Length of the windows of a tenant that a list adds, in minutes. */
const windowMinutes = 10
/** Enough to fill the pauses in which a disk, or a store far away, confirms a write. */
const rowsAtOnce = 16

/**
 * Does what the plan says, row by row; a row that fails holds up no other. Whatever was done before is found done, so that a plan may be applied
 * again after any end.
 *
 * @throws {@link MailtrailError} `IMPORT_PLAN_INVALID` when the plan is about another lake
 */
export async function applyImport(lake: ObjectStore, plan: ImportPlan, { now, onRow }: ApplyOptions): Promise<RowResult[]> {
  if (plan.lake !== lake.place) {
    throw new MailtrailError('IMPORT_PLAN_INVALID', `The plan is about the lake at ${plan.lake}, and this is ${lake.place}. Plan again.`)
  }
  return mapConcurrently(plan.rows, { limit: rowsAtOnce }, async (row) => {
    const done = await applyRow(lake, row, { now, backfill: plan.backfill })
    onRow(plan.rows.length)
    return { line: row.line, tenantId: row.tenantId, ...done }
  })
}

type Outcome = Pick<RowResult, 'result' | 'reasons'>

async function applyRow(lake: ObjectStore, row: PlannedRow, when: { now: number; backfill: boolean }): Promise<Outcome> {
  if (row.action === 'invalid') return { result: 'failed', reasons: row.reasons }
  if (row.action === 'unchanged') return { result: 'unchanged', reasons: [] }
  try {
    return { result: await bringAbout(lake, row, when), reasons: row.reasons }
  } catch (error) {
    if (error instanceof MailtrailError) return { result: 'failed', reasons: [`${error.message} [${error.code}]`] }
    throw error
  }
}

/** The registration first, for a tenant without a history is found unfinished, and a history without a registration is not found at all. */
async function bringAbout(
  lake: ObjectStore,
  { after, before, contentTypes }: ValidRow,
  { now, backfill }: { now: number; backfill: boolean },
): Promise<'added' | 'updated' | 'unchanged'> {
  const log = await openCollectionLog(lake, after.tenantId)
  if (log.state === 'removed') throw changedSince(after.tenantId)
  const isRegistered = await register(lake, { before, after })
  if (log.state === 'none') {
    await log.record({ kind: 'added', contentTypes, windowMinutes, backfill }, now)
    return 'added'
  }
  if (isDeepStrictEqual(log.settings?.contentTypes, contentTypes)) return isRegistered ? 'updated' : 'unchanged'
  await log.record({ kind: 'collection-changed', windowMinutes, ...log.settings, contentTypes }, now)
  return 'updated'
}

/** @returns whether there was something to do */
async function register(lake: ObjectStore, { before, after }: Pick<ValidRow, 'before' | 'after'>): Promise<boolean> {
  const current = await findTenant(lake, after.tenantId)
  if (current && isSameTenant(current, after)) return false
  if (before === null) await addTenant(lake, after)
  else {
    await updateTenant(lake, after.tenantId, (tenant) => {
      if (isSameTenant(tenant, before)) return after
      throw changedSince(after.tenantId)
    })
  }
  return true
}

function changedSince(tenantId: string): MailtrailError {
  return new MailtrailError('TENANT_CHANGED', `Tenant ${tenantId} was changed since the plan was made. Plan again.`)
}
