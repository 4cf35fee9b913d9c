import { mailContentType } from '@mailtrail/core'
import { loadTenantSettings, systemClock } from '@mailtrail/runtime'
import { acceptConsent, onboardTenant } from '@mailtrail/tenants'
import { printJson, say } from '../print.ts'
import { openRegistry } from './open-registry.ts'
import { requireApp } from './require-app.ts'

export interface ConsentAcceptOptions {
  readonly name?: string
  /** Given together with `credential`. */
  readonly clientId?: string
  readonly credential?: string
  readonly lake?: string
  readonly json?: boolean
}

export async function runConsentAccept(address: string, { name, clientId, credential, lake, json }: ConsentAcceptOptions): Promise<void> {
  const settings = loadTenantSettings(process.env)
  const own = clientId !== undefined && credential !== undefined ? { clientId, credential } : undefined
  await using fleetLake = await openRegistry(lake)
  const context = { fleetLake, app: own ?? requireApp(settings.app), fleet: { ...settings, clock: systemClock } }
  const accepted = await acceptConsent(address, context)
  const { tenantId, cloud } = accepted
  if (json) printJson(accepted)
  say(`Tenant ${tenantId} consented: its token has ActivityFeed.Read.`)
  if (name === undefined) {
    const flags = own ? ` --client-id ${own.clientId} --credential ${own.credential}` : ''
    return say(`Register it with: mailtrail tenant add --tenant ${tenantId} --cloud ${cloud} --name …${flags}`)
  }
  const app = own ? { clientId: own.clientId, credentials: [own.credential] } : { credentials: [] }
  const collection = { contentTypes: [mailContentType], windowMinutes: 10, backfill: true, now: systemClock.now() }
  const result = await onboardTenant(fleetLake, { tenantId, displayName: name, cloud, tags: [], ...app }, collection)
  say(`${name} was ${result}. See how it starts with: mailtrail tenant check ${tenantId}`)
}
