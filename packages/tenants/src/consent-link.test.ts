import { clouds } from '@mailtrail/activity-api'
import { parseTenantId } from '@mailtrail/core'
import { expect, test } from 'vitest'
import { consentLink } from './consent-link.ts'
import { openConsentState } from './consent-state.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const clientId = '22222222-3333-4444-8555-666666666666'
const masterKey = Buffer.alloc(32, 1)
const now = Date.parse('2024-03-14T12:00:00Z')
const options = { redirectUri: 'http://localhost:8420/consent?a=b&c', masterKey, now }

test.each(Object.values(clouds))('in the cloud $name a link leads to its login host and asks for its API', (cloud) => {
  const url = consentLink(cloud, { clientId, tenantId }, options)
  expect([url.origin, url.pathname]).toEqual([cloud.loginHost, `/${tenantId}/v2.0/adminconsent`])
  const { state, ...parameters } = Object.fromEntries(url.searchParams)
  expect(parameters).toEqual({ client_id: clientId, scope: `${cloud.resource}/.default`, redirect_uri: options.redirectUri })
  expect(openConsentState(state ?? '', masterKey, now)).toMatchObject({ clientId, cloud: cloud.name, tenantId })
})

test('for no tenant in particular a link leads to organizations, never to common', () => {
  const url = consentLink(clouds.worldwide, { clientId }, options)
  expect(url.pathname).toBe('/organizations/v2.0/adminconsent')
  expect(openConsentState(url.searchParams.get('state') ?? '', masterKey, now).tenantId).toBeUndefined()
})
