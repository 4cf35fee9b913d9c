import { parseTenantId } from '@mailtrail/core'
import { loadTenantSettings, systemClock } from '@mailtrail/runtime'
import { changeCollection, openCollectionLog, readTenant, requireFittingTenant, type Tenant, updateTenant } from '@mailtrail/tenants'
import { printJson, say } from '../print.ts'
import { applyFields } from './apply-fields.ts'
import type { FieldOptions } from './field-options.ts'
import { openRegistry } from './open-registry.ts'

export interface UpdateOptions extends FieldOptions {
  readonly untag?: readonly string[]
  readonly lake?: string
  readonly json?: boolean
}

/** Changes what is named; a tag is added to those there are. */
export async function runUpdate(guid: string, { tag = [], untag = [], ...options }: UpdateOptions): Promise<void> {
  const { contentType, windowMinutes } = options
  const tenantId = parseTenantId(guid)
  await using lake = await openRegistry(options.lake)
  const change = (tenant: Tenant): Tenant => {
    const tags = [...new Set([...tenant.tags, ...tag])].filter((known) => !untag.includes(known))
    return applyFields(tenant, { ...options, tag: tags })
  }
  const { settings } = await openCollectionLog(lake, tenantId)
  const collected = contentType ?? settings?.contentTypes ?? []
  requireFittingTenant(change(await readTenant(lake, tenantId)), collected, loadTenantSettings(process.env))
  const asked = { ...(contentType && { contentTypes: contentType }), ...(windowMinutes !== undefined && { windowMinutes }) }
  const collection =
    Object.keys(asked).length > 0 ? await changeCollection(lake, tenantId, { now: systemClock.now(), ...asked }) : 'unchanged'
  const tenant = await updateTenant(lake, tenantId, change)
  say(`${tenant.displayName} (${tenantId}) is as you asked. A running fleet follows within ten minutes.`)
  if (options.json) printJson({ ...tenant, collection })
}
