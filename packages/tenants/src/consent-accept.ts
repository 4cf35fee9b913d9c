import { createActivityApi } from '@mailtrail/activity-api'
import { type Abortable, MailtrailError, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { feedRole } from './check-consent.ts'
import { consentRefused, readConsentAnswer } from './consent-answer.ts'
import { type ConsentState, openConsentState, refuseUsedState, useConsentState } from './consent-state.ts'
import { readMasterKey, resolveSecret } from './secret.ts'
import { cloudOf, credentialOf, type TenantApisOptions } from './tenant-apis.ts'
import type { FleetApp } from './tenant-app.ts'

export interface ConsentContext {
  readonly fleetLake: ObjectStore
  /** The app that was consented to. */
  readonly app: FleetApp
  readonly fleet: Pick<TenantApisOptions, 'clouds' | 'masterKey' | 'clock'>
}

/** A tenant that let the app read its feed, by its own token. */
export interface AcceptedConsent {
  readonly tenantId: TenantId
  readonly cloud: string
  readonly clientId: string
}

/**
 * Takes the answer to a consent link: its state has to be ours, unused and made for this app, and the tenant has to hand out a token with the
 * role. Only then is the state used up, so that an answer which comes before the consent has spread can be given again.
 *
 * @param address - that the administrator's browser ended on
 * @throws {@link MailtrailError} `CONSENT_ANSWER_INVALID`, `CONSENT_STATE_INVALID`, `CONSENT_STATE_EXPIRED`, `CONSENT_STATE_USED`, `CONSENT_REFUSED`,
 * `CONSENT_UNPROVEN`, and those of the sign-in
 */
export async function acceptConsent(address: string, context: ConsentContext, options: Abortable = {}): Promise<AcceptedConsent> {
  const { fleetLake, fleet, app } = context
  const answer = readConsentAnswer(address)
  const state = openConsentState(answer.state, await readMasterKey({ masterKey: fleet.masterKey }), fleet.clock.now())
  await refuseUsedState(fleetLake, state, options)
  if (answer.tenantId === undefined) throw consentRefused(answer.refusal ?? 'no code')
  const tenantId = refuseForeign(answer.tenantId, state, app)
  await prove(tenantId, state, context, options)
  await useConsentState(fleetLake, state, { ...options, tenantId, usedAt: fleet.clock.now() })
  return { tenantId, cloud: state.cloud, clientId: state.clientId }
}

function refuseForeign(tenantId: TenantId, state: ConsentState, { clientId }: FleetApp): TenantId {
  const isForApp = state.clientId.toLowerCase() === clientId.toLowerCase()
  const isFromTenant = state.tenantId === undefined || state.tenantId === tenantId
  if (isForApp && isFromTenant) return tenantId
  const what = isForApp
    ? `tenant ${state.tenantId}, and the answer is of ${tenantId}`
    : `the app ${state.clientId}, and this is ${clientId}`
  throw new MailtrailError(
    'CONSENT_STATE_INVALID',
    `The consent link was made for ${what}. Make another with: mailtrail tenant consent-link`,
  )
}

async function prove(tenantId: TenantId, { cloud }: ConsentState, { app, fleet }: ConsentContext, options: Abortable): Promise<void> {
  const credential = credentialOf(await resolveSecret(app.credential, { tenantId, masterKey: fleet.masterKey }))
  const { clientId } = app
  // Only the token service is asked, so nobody's quota is used.
  await using api = createActivityApi({
    tenantId,
    cloud: cloudOf(cloud, fleet.clouds),
    clientId,
    publisherId: tenantId,
    credentials: [credential],
    clock: fleet.clock,
  })
  const access = await api.describeAccess(options)
  if (access.tenantId === tenantId && access.roles.includes(feedRole)) return
  const lack = access.tenantId === tenantId ? `has no ${feedRole}` : 'is of another tenant'
  throw new MailtrailError(
    'CONSENT_UNPROVEN',
    `The token for tenant ${tenantId} ${lack}, so nothing was saved. Consent may take some minutes to spread: give the same address again then.`,
  )
}
