import { parseTenantId } from '@mailtrail/core'
import { type Tenant, updateTenant } from '@mailtrail/tenants'
import { printJson, say } from '../print.ts'
import { openRegistry } from './open-registry.ts'

export interface RotateOptions {
  readonly credential?: string
  readonly dropOld?: boolean
  readonly lake?: string
  readonly json?: boolean
}

/** Puts a new credential before the present one, which stays in use until `--drop-old`. */
export async function runRotate(guid: string, { credential, dropOld = false, ...options }: RotateOptions): Promise<void> {
  const tenantId = parseTenantId(guid)
  await using lake = await openRegistry(options.lake)
  const change = (tenant: Tenant): Tenant => {
    const known = tenant.credentials.filter((reference) => reference !== credential)
    const all = credential === undefined ? known : [credential, ...known]
    return { ...tenant, credentials: all.slice(0, dropOld ? 1 : 2) }
  }
  const { displayName, credentials } = await updateTenant(lake, tenantId, change)
  const rest = credentials.length > 1 ? ' The one before stays in use beside it; end that with: mailtrail tenant rotate --drop-old' : ''
  say(`${displayName} (${tenantId}) signs in with its newest credential within ten minutes.${rest}`)
  if (options.json) printJson({ tenantId, credentials })
}
