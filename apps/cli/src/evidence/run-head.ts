import { collectionOf, type FoldName, MailtrailError, mapConcurrently, parseTenantId, type TenantId } from '@mailtrail/core'
import { chainTips, type ObjectStore } from '@mailtrail/lake'
import { listTenantIds, readHistory } from '@mailtrail/tenants'
import { exitCodes } from '../exit-codes.ts'
import { openTenantLakes } from '../open-tenant-lakes.ts'
import { createProgressBar, printData, printJson, say } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'
import { openRegistry } from '../tenant/open-registry.ts'

export interface HeadOptions {
  readonly tenant?: string
  readonly all?: boolean
  readonly lake?: string
  readonly json?: boolean
}

interface TenantHead extends FoldName {
  readonly tenantId: TenantId
  readonly contentType: string
}

const tenantsAtOnce = 8

/** Prints the newest heads, to be kept where whoever may write to the lake may not. */
export async function runHead({ tenant, lake: location, json }: HeadOptions, setExitCode: SetExitCode): Promise<void> {
  await using fleetLake = await openRegistry(location)
  await using lakes = openTenantLakes(fleetLake)
  const tenantIds = tenant === undefined ? await Array.fromAsync(listTenantIds(fleetLake)) : [parseTenantId(tenant)]
  const bar = createProgressBar('Reading folds')
  const found = await mapConcurrently(tenantIds, { limit: tenantsAtOnce }, async (tenantId) => {
    try {
      return await headsOf(fleetLake, await lakes.open(tenantId), tenantId)
    } catch (error) {
      if (!(error instanceof MailtrailError) || tenant !== undefined) throw error
      say(`tenant ${tenantId}: ${error.message} [${error.code}]`)
      setExitCode(exitCodes.partlyDone)
      return []
    } finally {
      bar.step(tenantIds.length)
    }
  }).finally(() => bar.end())
  const heads = found.flat()
  if (json) return printJson({ schema: 1, heads })
  if (heads.length === 0) return say('Nothing is folded yet: a day is, 8 hours after its end.')
  printData(
    heads.map(({ tenantId, contentType, date, fold, sha256 }) => `${tenantId}  ${contentType}  ${date}  ${fold}  ${sha256}`).join('\n'),
  )
}

async function headsOf(fleetLake: ObjectStore, lake: ObjectStore, tenantId: TenantId): Promise<TenantHead[]> {
  const history = await readHistory(fleetLake, tenantId)
  const contentTypes = new Set(collectionOf(history).periods.map(({ contentType }) => contentType))
  const heads: TenantHead[] = []
  for (const contentType of [...contentTypes].sort()) {
    for (const tip of await chainTips(lake, tenantId, contentType)) heads.push({ tenantId, contentType, ...tip })
  }
  return heads
}
