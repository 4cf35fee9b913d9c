import { MailtrailError, secondMs } from '@mailtrail/core'
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici'
import type { Alert } from './alert.ts'
import type { AlertSink, DeliverOptions } from './alert-sink.ts'
import { parseRetryAfter } from './retry-after.ts'
import { openWebhookDestination, type WebhookDestination, type WebhookEndpoint } from './webhook-destination.ts'

export interface WebhookSinkOptions extends WebhookDestination {
  /** For one attempt as a whole. Milliseconds; default 15,000, inside the 15 to 30 s that Standard Webhooks recommends. */
  readonly timeoutMs?: number | undefined
}

interface Attempt extends DeliverOptions {
  readonly dispatcher: Dispatcher
  readonly timeoutMs: number
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
}

/** Nothing in an answer's body is of use; this much is read to keep the connection. */
const maxDrainedBytes = 64 * 1024

/**
 * Delivers alerts as Standard Webhooks 1.0: signed, with the alert's id as `webhook-id`. Only 2xx is success, redirects are not followed.
 *
 * @throws {@link MailtrailError} `ALERT_DESTINATION_INVALID` for a url, secret or caFile that cannot be used
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function createWebhookSink({ timeoutMs = 15 * secondMs, ...destination }: WebhookSinkOptions): AlertSink {
  const { name } = destination
  const endpoint = openWebhookDestination(destination)
  const dispatcher = createDispatcher(endpoint)
  return {
    name,
    deliver: async (alert, options) => {
      const answer = await post(endpoint, alert, { ...options, dispatcher, timeoutMs }).catch((cause) => {
        options.signal?.throwIfAborted()
        throw deliveryFailed(name, alert, describe(cause), { cause })
      })
      if (answer.status >= 200 && answer.status < 300) return { status: answer.status }
      throw refusal(name, alert, answer, options.at)
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  }
}

/** The thin body: ids, times and codes, so that reading what is behind them leaves a trace in the lake's own access log. */
export function webhookBody({ id, kind, tenantId, raisedAt, data }: Alert): string {
  return JSON.stringify({ type: kind, timestamp: raisedAt, data: { tenantId, alertId: id, ...data } })
}

function createDispatcher({ isLoopback, ca }: WebhookEndpoint): Dispatcher {
  const tls = ca === undefined ? {} : { ca }
  // A proxy's own loopback is another machine's.
  return isLoopback ? new Agent({ connect: tls }) : new EnvHttpProxyAgent({ connect: tls, requestTls: tls })
}

async function post(endpoint: WebhookEndpoint, alert: Alert, { at, signal, dispatcher, timeoutMs }: Attempt): Promise<Answer> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const body = webhookBody(alert)
  const response = await request(endpoint.url, {
    dispatcher,
    method: 'POST',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'mailtrail',
      'webhook-id': alert.id,
      'webhook-timestamp': `${Math.floor(at / secondMs)}`,
      'webhook-signature': endpoint.signer.sign(alert.id, new Date(at), body),
    },
    body,
  })
  // The status is the answer; a body that breaks off does not take it back.
  await response.body.dump({ limit: maxDrainedBytes }).catch(() => {})
  const retryAfter = response.headers['retry-after']
  return { status: response.statusCode, retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter }
}

function refusal(name: string, alert: Alert, { status, retryAfter }: Answer, at: number): MailtrailError {
  if (status === 410) {
    return new MailtrailError(
      'ALERT_DESTINATION_GONE',
      `Destination ${name} answered 410 to alert ${alert.id} of tenant ${alert.tenantId}: it wants no more. Remove it, or mend its url and replay.`,
    )
  }
  const hint = status >= 300 && status < 400 ? ', a redirect, which is not followed: set its final url' : ''
  return deliveryFailed(name, alert, `it answered ${status}${hint}`, { afterMs: parseRetryAfter(retryAfter, at) })
}

function deliveryFailed(
  name: string,
  { id, tenantId }: Alert,
  reason: string,
  { afterMs, ...options }: ErrorOptions & { readonly afterMs?: number | undefined },
): MailtrailError<'ALERT_DELIVERY_FAILED'> {
  return new MailtrailError(
    'ALERT_DELIVERY_FAILED',
    `Alert ${id} of tenant ${tenantId} did not reach destination ${name}: ${reason}. It is tried again.`,
    { ...options, retry: afterMs === undefined ? { again: true } : { again: true, afterMs } },
  )
}

/** By code where there is one: the text of a socket's error may quote what was sent. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed'
  if (error.name === 'TimeoutError') return 'it did not answer in time'
  return 'code' in error && typeof error.code === 'string' ? `the connection failed (${error.code})` : 'the request failed'
}
