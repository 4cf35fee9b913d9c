import { MailtrailError } from '@mailtrail/core'
import type { Tenant } from './tenant.ts'

/** The app that collects for every tenant without one of its own. */
export interface FleetApp {
  readonly clientId: string
  /** Reference to its secret or certificate. */
  readonly credential: string
}

/** The app that collects for the tenant, with references to its credentials. @throws {@link MailtrailError} `TENANT_APP_MISSING` */
export function appOf(tenant: Tenant, fleetApp: FleetApp | undefined): { clientId: string; credentials: readonly string[] } {
  const { tenantId, clientId, credentials } = tenant
  if (clientId !== undefined) return { clientId, credentials }
  if (fleetApp) return { clientId: fleetApp.clientId, credentials: [fleetApp.credential] }
  throw new MailtrailError(
    'TENANT_APP_MISSING',
    `Tenant ${tenantId} has no app of its own, and mailtrail.yaml names none under app. Give it a client id and a credential, or name one for all.`,
  )
}
