import type { Abortable, TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { attempt } from './check-attempt.ts'
import { feedRole } from './check-consent.ts'
import { accessOf, type BudgetFact, type CheckFacts } from './check-facts.ts'
import { judgeCheck } from './check-judge.ts'
import { readArrival } from './check-read-arrival.ts'
import { type FeedPlace, readFeed } from './check-read-feed.ts'
import type { CheckReport } from './check-report.ts'
import { signInWithEach } from './check-sign-ins.ts'
import { readTenant } from './registry.ts'
import type { Tenant } from './tenant.ts'
import { cloudOf, type TenantApisOptions } from './tenant-apis.ts'
import { appOf } from './tenant-app.ts'
import type { TenantLakes } from './tenant-lakes.ts'

export interface CheckContext {
  readonly fleetLake: ObjectStore
  readonly lakes: Pick<TenantLakes, 'open'>
  readonly fleet: Pick<TenantApisOptions, 'clouds' | 'app' | 'masterKey' | 'clock'> & { readonly publisherId: string | undefined }
  /** The fleet's request budget of a tenant, where somebody can tell. */
  readonly budgetOf?: ((tenantId: TenantId) => Promise<BudgetFact | undefined>) | undefined
  /** Whether a subscription that is not enabled is started; nothing is changed at the service otherwise. */
  readonly mayStart: boolean
}

/**
 * Looks at everything a tenant's collection rests on.
 *
 * @throws {@link MailtrailError} `TENANT_UNKNOWN`, `TENANT_INVALID`; what the service refuses is in the report
 */
export async function checkTenant(
  tenantId: TenantId,
  context: CheckContext,
  options: Abortable = {},
): Promise<{ readonly report: CheckReport; readonly facts: CheckFacts }> {
  const facts = await gatherFacts(await readTenant(context.fleetLake, tenantId, options), context, options)
  return { report: judgeCheck(facts), facts }
}

/** Where nobody is named, the service itself counts for this one. */
const nobody = '00000000-0000-0000-0000-000000000000'

async function gatherFacts(tenant: Tenant, context: CheckContext, options: Abortable): Promise<CheckFacts> {
  const { tenantId } = tenant
  const { fleetLake, fleet, mayStart } = context
  const publisherId = tenant.publisherId ?? fleet.publisherId
  const known = {
    tenantId,
    cloud: tenant.cloud,
    ownClientId: tenant.clientId,
    at: fleet.clock.now(),
    publisherId,
    budget: await context.budgetOf?.(tenantId),
  }
  const readOn = async (now: number): Promise<CheckFacts['arrival']> =>
    attempt(async () => readArrival(fleetLake, await context.lakes.open(tenantId, options), tenantId, now, options))
  const setUp = await attempt(async () => ({ cloud: cloudOf(tenant.cloud, fleet.clouds), ...appOf(tenant, fleet.app) }))
  if ('failure' in setUp) return { ...known, ...unasked, setUp: setUp.failure, arrival: await readOn(known.at) }

  const { cloud, clientId, credentials: references } = setUp.value
  const app = { tenantId, cloud, clientId, publisherId: publisherId ?? nobody, clock: fleet.clock }
  await using signIns = await signInWithEach(references, app, { tenantId, masterKey: fleet.masterKey }, options)
  const { api, credentials } = signIns
  const place: FeedPlace = { fleetLake, tenantId, clock: fleet.clock }
  const feed = api && isLetIn({ credentials, tenantId }) ? await readFeed(api, place, { ...options, mayStart }) : {}
  const serviceNow = api?.serviceNow()
  return { ...known, ...unasked, credentials, ...feed, serviceNow, arrival: await readOn(serviceNow ?? known.at) }
}

const unasked = { credentials: [], serviceNow: undefined, start: undefined, subscriptions: undefined, listing: undefined } as const

/** A token of another tenant must not be sent, and one without the role is refused. */
function isLetIn({ credentials, tenantId }: Pick<CheckFacts, 'credentials' | 'tenantId'>): boolean {
  const access = accessOf({ credentials })
  return access?.tenantId === tenantId && access.roles.includes(feedRole)
}
