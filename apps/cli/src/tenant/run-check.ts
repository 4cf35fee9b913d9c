import { MailtrailError, parseTenantId, type TenantId } from '@mailtrail/core'
import { connectRedis, createRequestBudgets } from '@mailtrail/queues'
import { type FleetSettings, loadFleetSettings, loadTenantSettings, systemClock } from '@mailtrail/runtime'
import { type CheckContext, type CheckReport, listTenantIds, openCollectionLog, readLastCheck, readTenant } from '@mailtrail/tenants'
import { openTenantLakes } from '../open-tenant-lakes.ts'
import { printData, printJson, say } from '../print.ts'
import { checkMany } from './check-many.ts'
import { exitCodeOfCheck } from './exit-code-of-check.ts'
import { keepCheck } from './keep-check.ts'
import { openRegistry } from './open-registry.ts'
import { checkToJson, renderCheck } from './render-check.ts'

export interface CheckOptions {
  readonly all?: boolean
  readonly tag?: string
  readonly failed?: boolean
  readonly last?: boolean
  readonly start?: boolean
  readonly lake?: string
  readonly json?: boolean
}

/** @returns the exit code */
export async function runCheck(guid: string | undefined, options: CheckOptions): Promise<number> {
  await using parts = new AsyncDisposableStack()
  const context = await openChecks(options, parts)
  const check = (tenantId: TenantId): Promise<CheckReport> => (options.last ? lastCheck(context, tenantId) : keepCheck(tenantId, context))
  if (guid === undefined) {
    const isWanted = (tenantId: TenantId): Promise<boolean> => isCollected(context, tenantId, options.tag)
    return checkMany(listTenantIds(context.fleetLake), check, { ...options, isWanted })
  }
  const report = await check(parseTenantId(guid))
  if (options.json) printJson(checkToJson(report))
  else printData(renderCheck(report))
  return exitCodeOfCheck(report)
}

async function openChecks({ lake, start = false }: CheckOptions, parts: AsyncDisposableStack): Promise<CheckContext> {
  const fleetLake = parts.use(await openRegistry(lake))
  const lakes = parts.use(openTenantLakes(fleetLake))
  const settings = loadFleetSettings(process.env)
  const fleet = { ...loadTenantSettings(process.env), publisherId: settings.publisherId, clock: systemClock }
  return { fleetLake, lakes, fleet, budgetOf: await openBudgets(settings, parts), mayStart: start }
}

/** Redis tells how the fleet's budgets stand; a check goes without where it is not there. */
async function openBudgets({ redisUrl, ...settings }: FleetSettings, parts: AsyncDisposableStack): Promise<CheckContext['budgetOf']> {
  if (redisUrl === undefined) return undefined
  try {
    const redis = await connectRedis(redisUrl, settings)
    parts.defer(() => redis.disconnect())
    const budgets = createRequestBudgets(redis)
    // Commands to a Redis that went away would wait for it.
    return async (tenantId) => (redis.status === 'ready' ? budgets.state(tenantId).catch(() => undefined) : undefined)
  } catch (error) {
    if (!(error instanceof MailtrailError)) throw error
    say(`The fleet's request budgets are not looked at: ${error.message}`)
    return undefined
  }
}

async function lastCheck({ fleetLake }: CheckContext, tenantId: TenantId): Promise<CheckReport> {
  await readTenant(fleetLake, tenantId)
  const report = await readLastCheck(fleetLake, tenantId)
  if (report) return report
  throw new MailtrailError('CHECK_MISSING', `Tenant ${tenantId} was never checked. Check it with: mailtrail tenant check ${tenantId}`)
}

async function isCollected({ fleetLake }: CheckContext, tenantId: TenantId, tag: string | undefined): Promise<boolean> {
  const isTagged = tag === undefined || (await readTenant(fleetLake, tenantId)).tags.includes(tag)
  return isTagged && (await openCollectionLog(fleetLake, tenantId)).state !== 'removed'
}
