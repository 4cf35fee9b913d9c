import { isoSeconds, parseTenantId } from '@mailtrail/core'
import { loadTenantSettings, systemClock } from '@mailtrail/runtime'
import { cloudOf, consentLifeMs, consentLink, readMasterKey } from '@mailtrail/tenants'
import { printData, printJson, say } from '../print.ts'
import { requireApp } from './require-app.ts'

export interface ConsentLinkOptions {
  readonly tenant?: string
  readonly cloud: string
  readonly clientId?: string
  readonly redirectUri: string
  readonly json?: boolean
}

export async function runConsentLink({ tenant, cloud: name, clientId, redirectUri, json }: ConsentLinkOptions): Promise<void> {
  const settings = loadTenantSettings(process.env)
  const cloud = cloudOf(name, settings.clouds)
  const tenantId = tenant === undefined ? undefined : parseTenantId(tenant)
  const masterKey = await readMasterKey({ masterKey: settings.masterKey })
  const now = systemClock.now()
  const request = { clientId: clientId ?? requireApp(settings.app).clientId, tenantId }
  const url = consentLink(cloud, request, { redirectUri, masterKey, now }).href
  const goodUntil = isoSeconds(now + consentLifeMs)
  if (json) return printJson({ url, goodUntil })
  printData(url)
  say(`Send it to an administrator of the tenant; it is good until ${goodUntil}, for one answer.`)
  say(
    'Have the address sent back that the browser ends on, even if it shows an error there, and give it to: mailtrail tenant consent-accept',
  )
}
