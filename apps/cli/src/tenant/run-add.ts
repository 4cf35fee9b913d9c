import { mailContentType, parseTenantId } from '@mailtrail/core'
import { loadTenantSettings, systemClock } from '@mailtrail/runtime'
import { onboardTenant, requireFittingTenant } from '@mailtrail/tenants'
import { printJson, say } from '../print.ts'
import { applyFields } from './apply-fields.ts'
import type { FieldOptions } from './field-options.ts'
import { openRegistry } from './open-registry.ts'

export interface AddOptions extends FieldOptions {
  readonly tenant: string
  readonly name: string
  readonly ownLake?: string
  readonly backfill: boolean
  readonly lake?: string
  readonly json?: boolean
}

export async function runAdd({ tenant: id, backfill, ...options }: AddOptions): Promise<void> {
  const { name, ownLake, contentType: contentTypes = [mailContentType], windowMinutes = 10 } = options
  const tenantId = parseTenantId(id)
  const bare = { tenantId, displayName: name, cloud: 'worldwide', credentials: [], tags: [], lake: ownLake }
  const tenant = applyFields(bare, options)
  await using lake = await openRegistry(options.lake)
  requireFittingTenant(tenant, contentTypes, loadTenantSettings(process.env))
  const result = await onboardTenant(lake, tenant, { now: systemClock.now(), contentTypes, windowMinutes, backfill })
  say(`${name} (${tenantId}) was ${result}. A running fleet starts its subscription within two minutes;`)
  say(`first data can take up to 12 hours. See what stands in the way with: mailtrail tenant check ${tenantId}`)
  if (options.json) printJson({ ...tenant, contentTypes, windowMinutes, backfill, result })
}
