import type { Abortable } from '@mailtrail/core'
import { ActivityApiError, type Operation } from './activity-api-error.ts'
import { decodeBody } from './decode-body.ts'
import { feedUrl } from './feed-url.ts'
import { parseJson } from './parse-json.ts'
import { readBounded } from './read-bounded.ts'
import { sendRequest, toFailure } from './send-request.ts'
import type { Session } from './session.ts'

const operation: Operation = 'start-subscription'
const maxAnswerBytes = 64 * 1024

/** Starts a subscription without a webhook. One that is enabled already is a success. */
export async function startSubscription(session: Session, contentType: string, options: Abortable = {}): Promise<void> {
  try {
    await start(session, contentType, options)
  } catch (error) {
    // Undocumented, seen with HTTP 400: "already enabled. No property change".
    if (error instanceof ActivityApiError && error.vendorCode === 'AF20024') return
    throw error
  }
}

async function start(session: Session, contentType: string, { signal }: Abortable): Promise<void> {
  const { options } = session
  const url = feedUrl(options, 'subscriptions/start', { contentType })
  const response = await sendRequest(session, { operation, method: 'POST', url }, { signal })
  const failure = { tenantId: options.tenantId, operation, status: response.statusCode }
  const json = parseJson((await readBounded(decodeBody(response, failure, signal), maxAnswerBytes)) ?? Buffer.of())
  if (!isStarted(json)) throw toFailure(failure, json)
}

function isStarted(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'contentType' in json
}
