import type { Subscription } from '@mailtrail/activity-api'
import { mailContentType, secondMs } from '@mailtrail/core'
import { type CheckFacts, type CheckFailure, failureOf, feedFailures, resultOf, signInFailures } from './check-facts.ts'
import type { Check } from './check-report.ts'

const zeroGuid = '00000000-0000-0000-0000-000000000000'

/** Whether unified auditing is on, as far as the feed tells: a subscription can only be started while it is. */
export function judgeAuditing(facts: CheckFacts): Check {
  const off = feedFailures(facts).find(({ code }) => code === 'ACTIVITY_API_AUDITING_OFF')
  if (off) {
    const detail = 'Unified audit logging is off, or was switched on less than two hours ago.'
    const fix = 'Have an administrator of the tenant switch it on in Purview (up to an hour to apply); nothing from before is delivered.'
    return { check: 'auditing', state: 'failed', detail, code: off.code, fix }
  }
  const isOn = resultOf(facts.listing) || subscriptionOf(facts)?.status === 'enabled'
  if (isOn) return { check: 'auditing', state: 'ok', detail: 'The feed serves the tenant, which it does only with auditing on.' }
  return { check: 'auditing', state: 'unknown', detail: 'Only a start of the subscription would tell.', fix: startCommand(facts) }
}

/** Whether the subscription is enabled: its list has to say so, and a listing must not be refused. */
export function judgeSubscription(facts: CheckFacts): Check {
  const check = 'subscription'
  const list = resultOf(facts.subscriptions)
  if (!list)
    return { check, state: 'unknown', detail: 'The subscriptions could not be listed.', code: codeOf(failureOf(facts.subscriptions)) }
  const refused = failureOf(facts.listing)
  if (refused && isOff(refused)) {
    const detail = `${mailContentType} is in the list, and yet a listing is refused.`
    return {
      check,
      state: 'failed',
      detail,
      code: codeOf(refused),
      fix: 'Wait some hours: a subscription that was started anew may be refused for that long.',
    }
  }
  const status = subscriptionOf(facts)?.status
  const seen = list.serviceDate ? ` at ${list.serviceDate.toISOString().slice(0, 19)}Z` : ''
  if (status === 'enabled') return { check, state: 'ok', detail: `${mailContentType} is enabled, by the list${seen}.` }
  if (status === 'unknown') return { check, state: 'unknown', detail: `The list names ${mailContentType} without a status${seen}.` }
  const detail = status === 'disabled' ? `${mailContentType} was disabled.` : `There is no subscription for ${mailContentType}.`
  return { check, state: 'failed', detail, fix: `${startCommand(facts)}; a running fleet starts it by itself.` }
}

/** Whose quota is used: the provider's own tenant has to be named, or all who name nobody share one (contract 2.2). */
export function judgePublisher({ publisherId, tenantId }: CheckFacts): Check {
  const check = 'publisher'
  const fix = 'Set publisherId (MAILTRAIL_PUBLISHER_ID) to the tenant id of your own company.'
  if (publisherId === undefined) return { check, state: 'warning', detail: 'No publisher is set: the quota is shared with strangers.', fix }
  if (publisherId === zeroGuid)
    return { check, state: 'failed', detail: 'The publisher is the zero GUID, whose quota is shared with strangers.', fix }
  if (publisherId.toLowerCase() === tenantId) {
    return { check, state: 'warning', detail: "The publisher is the client's own tenant, which is right only in-house.", fix }
  }
  return { check, state: 'ok', detail: `Requests count for ${publisherId}.` }
}

/** Whether the tenant's requests are let through. */
export function judgeBudget(facts: CheckFacts): Check {
  const check = 'budget'
  const throttled = [...signInFailures(facts), ...feedFailures(facts)].find(({ code }) => code === 'ACTIVITY_API_THROTTLED')
  if (throttled) {
    const fix = 'Try again in some minutes; if it lasts, check the publisher, and lower what is asked in a minute.'
    return { check, state: 'failed', detail: 'The service throttled this check.', code: codeOf(throttled), fix }
  }
  if (facts.budget && facts.budget.pausedForMs > 0) {
    const seconds = Math.ceil(facts.budget.pausedForMs / secondMs)
    return { check, state: 'warning', detail: `The fleet was throttled and pauses this tenant for ${seconds} s more.` }
  }
  if (!facts.subscriptions) return { check, state: 'unknown', detail: 'The feed was not asked.' }
  const left = facts.budget ? ` ${facts.budget.remaining} of ${facts.budget.requestsPerMinute} requests a minute are left.` : ''
  return { check, state: 'ok', detail: `The service throttled nothing.${left}` }
}

export function subscriptionOf({ subscriptions }: Pick<CheckFacts, 'subscriptions'>): Subscription | undefined {
  return resultOf(subscriptions)?.subscriptions.find(({ contentType }) => contentType === mailContentType)
}

function isOff({ code }: CheckFailure): boolean {
  return code === 'ACTIVITY_API_SUBSCRIPTION_MISSING' || code === 'ACTIVITY_API_SUBSCRIPTION_DISABLED'
}

function codeOf(failure: CheckFailure | undefined): string | undefined {
  return failure && (failure.vendorCode ?? failure.code)
}

function startCommand({ tenantId }: CheckFacts): string {
  return `mailtrail tenant check ${tenantId} --start`
}
