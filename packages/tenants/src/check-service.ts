import { type CheckFacts, type CheckFailure, feedFailures, resultOf, signInFailures } from './check-facts.ts'
import type { Check } from './check-report.ts'

type Judgement = Omit<Check, 'check'>

const faults: Readonly<Record<string, Judgement>> = {
  ACTIVITY_API_UNAVAILABLE: {
    state: 'failed',
    detail: 'The service failed or could not be reached.',
    fix: 'Try again later; if it lasts, check network and proxy.',
  },
  ACTIVITY_API_TLS_UNTRUSTED: {
    state: 'failed',
    detail: 'The certificate of the service is not trusted.',
    fix: "Check the cloud's caFile, and whether a proxy inspects TLS.",
  },
  ACTIVITY_API_FOREIGN_HOST: {
    state: 'failed',
    detail: "An address of the service leads away from the tenant's cloud; nothing was sent there.",
    fix: "Check the tenant's cloud; if it is right, treat the answer as hostile.",
  },
  ACTIVITY_API_RESPONSE_INVALID: {
    state: 'failed',
    detail: 'The service answered in a shape it does not document.',
    fix: 'Try again later; if it lasts, see what stands between you and the service.',
  },
  CLOUD_UNKNOWN: {
    state: 'failed',
    detail: "The tenant's cloud is neither Microsoft's nor named in the configuration.",
    fix: 'Name it under clouds in mailtrail.yaml, or correct the tenant.',
  },
  TENANT_APP_MISSING: {
    state: 'failed',
    detail: 'The tenant has no app of its own, and the configuration names none for all.',
    fix: 'Name one under app in mailtrail.yaml, or give the tenant a client id and a credential.',
  },
}

/** Whether login host and feed can be reached and speak as documented; what they say is judged elsewhere. */
export function judgeService(facts: CheckFacts): Check {
  const failures = [facts.setUp, ...signInFailures(facts), ...feedFailures(facts)].filter((failure) => failure !== undefined)
  const fault = failures.find(({ code }) => faults[code])
  if (fault) return { check: 'service', ...withCode(faults[fault.code], fault) }
  if (resultOf(facts.subscriptions)) return { check: 'service', state: 'ok', detail: 'Login and feed answer.' }
  const hasAnswered = facts.credentials.some(({ signIn }) => resultOf(signIn)) || failures.some(({ status }) => status !== undefined)
  if (hasAnswered) return { check: 'service', state: 'ok', detail: 'The service answers.' }
  return { check: 'service', state: 'unknown', detail: 'The service was not asked.' }
}

function withCode(judgement: Judgement | undefined, { code, vendorCode }: CheckFailure): Judgement {
  return { state: 'failed', detail: '', ...judgement, code: vendorCode ?? code }
}
