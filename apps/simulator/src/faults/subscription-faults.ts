import { type Answer, activityError, jsonAnswer } from '../answer.ts'
import { isAnswer, parseContentType } from '../feed-access.ts'
import type { ContentType, SimulatedTenant, TenantFault } from '../world.ts'
import { type FaultCall, type FaultDefinition, harmless, subscriptionGap } from './fault-definition.ts'

const minuteMs = 60_000
const hourMs = 3_600_000

/** Starting a subscription, seeing it, and losing it. */
export const subscriptionFaults: readonly FaultDefinition[] = [
  {
    name: 'auditing-off',
    operations: ['start'],
    meaning: "the tenant's unified audit log is off: a 400 that says the tenant does not exist",
    source: 'seen: office-365-management-api#89, wazuh#34320',
    ends: { passing: 'whole', lasting: 'gap_subscription' },
    acts: 'answer',
    answer: ({ tenant, request }) => {
      const text =
        `StartSubscription [CorrelationId=1,TenantId=${tenant.tenantId},ContentType=${request.url.searchParams.get('contentType')}]: ` +
        `Microsoft.Office.Compliance.Audit.DataServiceException: Tenant ${tenant.tenantId} does not exist.`
      return jsonAnswer(400, { error: { code: text, message: text } })
    },
  },
  {
    name: 'af20024-already-enabled',
    operations: ['start'],
    meaning: 'the subscription is started, and the answer says that it was already',
    source: 'seen: coe-starter-kit#1549, #2807',
    ends: harmless,
    acts: 'answer',
    answer: ({ request, serve }) => {
      const answer = serve(request)
      return answer.status === 200 ? activityError('AF20024', 'The subscription is already enabled. No property change.') : answer
    },
  },
  {
    name: 'subscription-not-listed',
    operations: ['list-subscriptions'],
    meaning: 'for some minutes after a start the list of subscriptions does not show it',
    source: 'inferred',
    ends: { passing: 'whole', lasting: 'unverified' },
    parameters: { minutes: 60 },
    acts: 'change',
    change: (answer, call) =>
      changeSubscriptions(answer, (list) =>
        list.filter(({ contentType }) => startedBefore(call, contentType, call.parameters.minutes * minuteMs)),
      ),
  },
  {
    name: 'subscription-without-status',
    operations: ['list-subscriptions'],
    meaning: 'the list of subscriptions does not tell their status',
    source: 'reference: one of its samples does so',
    ends: { passing: 'whole', lasting: 'unverified' },
    acts: 'change',
    change: (answer) => changeSubscriptions(answer, (list) => list.map(({ status: _, ...rest }) => rest)),
  },
  {
    name: 'af20023-after-restart',
    operations: ['list-content'],
    meaning: 'a subscription that was off for less than 15 minutes is refused as disabled for some hours after its start',
    source: 'seen: office-365-management-api#479',
    ends: { passing: 'whole', lasting: 'whole' },
    parameters: { hours: 12 },
    acts: 'answer',
    answer: answerAfterRestart,
  },
  {
    name: 'first-data-late',
    operations: ['list-content'],
    meaning: 'the first contents appear hours after the subscription began',
    source: 'reference: up to 12 hours',
    ends: harmless,
    parameters: { hours: 12 },
    acts: 'feed',
    tenant: (tenant, { parameters }) => ({ ...tenant, firstDataAfterMs: parameters.hours * hourMs }),
  },
  {
    name: 'subscription-disabled',
    operations: ['list-subscriptions', 'list-content'],
    meaning: 'an administrator disables the Audit.Exchange subscription at `from`, and enables it again at `to`',
    source: 'reference: AF20023',
    ends: subscriptionGap,
    acts: 'feed',
    tenant: (tenant, fault) => withEvents(tenant, fault, 'stop'),
  },
  {
    name: 'subscription-removed',
    operations: ['list-subscriptions', 'list-content'],
    meaning: 'the Audit.Exchange subscription is gone at `from`, and there again at `to`',
    source: 'reference: AF20022',
    ends: subscriptionGap,
    acts: 'feed',
    tenant: (tenant, fault) => withEvents(tenant, fault, 'remove'),
  },
]

interface ListedSubscription {
  readonly contentType: ContentType
  readonly status?: string
}

function changeSubscriptions(
  answer: Answer,
  change: (list: readonly ListedSubscription[]) => readonly ListedSubscription[],
): Answer | undefined {
  const list: unknown = answer.status === 200 ? JSON.parse(String(answer.body)) : undefined
  return Array.isArray(list) && list.length > 0 ? { ...answer, body: JSON.stringify(change(list)) } : undefined
}

function startedBefore({ simulation: { subscriptions, clock }, tenant }: FaultCall, contentType: ContentType, ms: number): boolean {
  const start = subscriptions.lastStart(tenant.tenantId, contentType, clock.now())
  return start === undefined || start.at + ms <= clock.now()
}

function answerAfterRestart({ simulation: { subscriptions, clock }, tenant, request, parameters }: FaultCall): Answer | undefined {
  const contentType = parseContentType(request.url)
  const start = isAnswer(contentType) ? undefined : subscriptions.lastStart(tenant.tenantId, contentType, clock.now())
  if (!start || start.offMs >= 15 * minuteMs || start.at + parameters.hours * hourMs <= clock.now()) return undefined
  return activityError('AF20023', 'The subscription was disabled by a tenant admin or a service admin.')
}

function withEvents(tenant: SimulatedTenant, { from, to }: TenantFault, action: 'stop' | 'remove'): SimulatedTenant {
  const back = Number.isFinite(to) ? [{ at: to, action: 'start' } as const] : []
  return { ...tenant, subscriptionEvents: [...tenant.subscriptionEvents, { at: from, action }, ...back] }
}
