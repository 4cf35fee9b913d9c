import { accessOf, type CheckFacts, type CheckFailure, feedFailures, signInFailures } from './check-facts.ts'
import type { Check } from './check-report.ts'
import { readRefusal } from './check-sign-in-refusal.ts'

/** The application permission that every call of the feed needs. */
export const feedRole = 'ActivityFeed.Read'

/** Whether an administrator of the tenant let the app read the feed: by the token's roles, and by what the feed makes of them. */
export function judgeConsent(facts: CheckFacts): Check {
  const fix = `${linkCommand(facts)}; if the app is disabled in the tenant, have it enabled there.`
  const failed = (detail: string, code?: string): Check => ({ check: 'consent', state: 'failed', detail, code, fix })
  const refused = refusalOf(facts)
  if (refused) return failed(`${capitalised(refused.detail)}.`, refused.code)
  const refusal = feedFailures(facts).find(({ code }) => isRefusal(code))
  if (refusal) return failed(`The feed does not let the app in: its token has no ${feedRole} there.`, refusal.vendorCode ?? refusal.code)
  const access = accessOf(facts)
  if (!access) return { check: 'consent', state: 'unknown', detail: 'Nobody could sign in, so no token was seen.' }
  if (!access.roles.includes(feedRole)) return failed(`The token has no ${feedRole}: consent is missing or was revoked.`)
  return { check: 'consent', state: 'ok', detail: `The token has ${feedRole}.` }
}

/** Whether the token and the address speak of one tenant, and the service knows it. */
export function judgeTenant(facts: CheckFacts): Check {
  const fix = "Check the tenant id, and that the tenant's cloud is right."
  const failed = (detail: string, code?: string): Check => ({ check: 'tenant', state: 'failed', detail, code, fix })
  const refused = refusalOf(facts, 'tenant')
  if (refused) return failed(`${capitalised(refused.detail)}.`, refused.code)
  const access = accessOf(facts)
  if (access && access.tenantId !== facts.tenantId) return failed(`The token is for another tenant: ${access.tenantId}.`)
  const unknown = feedFailures(facts).find(isAboutTenant)
  if (unknown) return failed('The feed does not know this tenant, or has it misconfigured.', unknown.vendorCode ?? unknown.code)
  if (!access) return { check: 'tenant', state: 'unknown', detail: 'Nobody could sign in, so no token was seen.' }
  return { check: 'tenant', state: 'ok', detail: 'The token is for this tenant.' }
}

function linkCommand({ tenantId, cloud, ownClientId }: CheckFacts): string {
  const own = ownClientId === undefined ? '' : ` --client-id ${ownClientId}`
  return `mailtrail tenant consent-link --tenant ${tenantId} --cloud ${cloud}${own}`
}

function refusalOf(facts: CheckFacts, check: 'consent' | 'tenant' = 'consent'): { detail: string; code: string } | undefined {
  if (accessOf(facts)) return undefined
  for (const failure of signInFailures(facts)) {
    const refusal = readRefusal(failure)
    if (refusal?.check === check) return { detail: refusal.detail, code: failure.vendorCode ?? failure.code }
  }
  return undefined
}

function isRefusal(code: string): boolean {
  return code === 'ACTIVITY_API_CONSENT_MISSING' || code === 'ACTIVITY_API_ACCESS_BLOCKED'
}

function isAboutTenant({ code, vendorCode }: CheckFailure): boolean {
  return code === 'ACTIVITY_API_TENANT_UNKNOWN' || vendorCode === 'AF20010' || vendorCode === 'AF20013'
}

function capitalised(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}`
}
