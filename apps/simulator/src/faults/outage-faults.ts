import { type Answer, activityError, gatewayPage, jsonAnswer } from '../answer.ts'
import {
  collectorsGap,
  type FaultCall,
  type FaultDefinition,
  type FaultOperation,
  faultOperations,
  feedOperations,
  upstreamGap,
} from './fault-definition.ts'

const gatewayStatuses = [408, 500, 502, 503, 504] as const
const again = 'An internal error occurred. Retry the request.'
const json = { 'content-type': 'application/json; charset=utf-8' }

/** The service, or something on the way to it, is broken. */
export const outageFaults: readonly FaultDefinition[] = [
  outage('af50000-internal-error', feedOperations, 'an internal error', 'reference; seen with 500', () =>
    activityError('AF50000', again, 500),
  ),
  outage('af50000-retry-in-an-hour', feedOperations, 'an internal error that asks to wait an hour', 'seen: Office365APIEditor#1', () =>
    activityError('AF50000', 'An internal server error occurred. Please retry the request in an hour.', 500),
  ),
  outage('af50005-internal-error', feedOperations, 'an internal error under another code', 'seen: elastic/beats', () =>
    activityError('AF50005', again, 500),
  ),
  outage('af50006-internal-error', feedOperations, 'an internal error under another code', 'seen: elastic/beats', () =>
    activityError('AF50006', again, 500),
  ),
  ...gatewayStatuses.flatMap((status) => [
    outage(`http-${status}-html`, faultOperations, `a ${status} with a web page`, sourceOf(status), () => gatewayPage(status)),
    outage(`http-${status}-empty`, faultOperations, `a ${status} without a body`, sourceOf(status), () => ({ status })),
  ]),
  outage('http-404-html', ['start', 'list-subscriptions', 'list-content'], 'a 404 with a web page', 'inferred', () => gatewayPage(404)),
  {
    ...outage('http-404-content', ['fetch-content'], 'a 404 without a code for a listed content', 'seen: elastic/beats', () =>
      gatewayPage(404),
    ),
    ends: upstreamGap,
  },
  outage('gateway-403', faultOperations, 'a 403 with a web page, from a gateway', 'inferred', () => gatewayPage(403)),
  outage('html-with-200', faultOperations, 'a web page in place of the answer, with 200', 'inferred', () => gatewayPage(200)),
  outage(
    'error-object-with-200',
    ['list-subscriptions', 'list-content', 'fetch-content'],
    'an error object where an array is due, with 200',
    'seen: office365-audit-log-collector#63',
    () => activityError('AF50000', again, 200),
  ),
  outage('error-body-truncated', feedOperations, 'an error whose JSON breaks off', 'inferred', () => ({
    status: 500,
    headers: json,
    body: '{"error":{"code":"AF500',
  })),
  outage('unauthorized-without-code', feedOperations, 'a 401 without a code', 'seen: coe-starter-kit#3253', () =>
    jsonAnswer(401, { Message: 'Authorization has been denied for this request.' }),
  ),
  outage('redirect-to-foreign-host', faultOperations, 'a redirect to another host', 'inferred', ({ simulation, request: { url } }) => ({
    status: 302,
    headers: { Location: `${simulation.foreignOrigin}${url.pathname}${url.search}` },
  })),
  outage('connection-reset', faultOperations, 'the connection is reset before an answer', 'inferred', () => ({
    status: 0,
    isDropped: true,
  })),
  {
    name: 'slow-answer',
    operations: faultOperations,
    meaning: 'the answer comes late, by some seconds of real time',
    source: 'reference: no response rate is guaranteed',
    ends: { passing: 'whole', lasting: 'whole' },
    parameters: { seconds: 2 },
    acts: 'change',
    change: (answer, { parameters }) => ({ ...answer, delayMs: (answer.delayMs ?? 0) + parameters.seconds * 1000 }),
  },
]

function outage(
  name: string,
  operations: readonly FaultOperation[],
  meaning: string,
  source: string,
  answer: (call: FaultCall) => Answer,
): FaultDefinition {
  return { name, operations, meaning, source, ends: collectorsGap, acts: 'answer', answer }
}

function sourceOf(status: (typeof gatewayStatuses)[number]): string {
  if (status === 500) return 'seen: office-365-management-api#168'
  return status === 408 || status === 503 ? 'seen: elastic/beats' : 'inferred'
}
