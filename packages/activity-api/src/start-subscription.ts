import type { Abortable } from '@mailtrail/core'
import { ActivityApiError, type Operation } from './activity-api-error.ts'
import { toAnswerError } from './answer.ts'
import { decodeBody } from './decode-body.ts'
import { feedUrl } from './feed-url.ts'
import { parseJson } from './parse-json.ts'
import { readBounded } from './read-bounded.ts'
import { sendRequest } from './send-request.ts'
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
  const url = feedUrl(session.options, 'subscriptions/start', { contentType })
  const answer = await sendRequest(session, { operation, method: 'POST', url }, { signal })
  const bytes = await readBounded(decodeBody(answer.response, answer.failure, signal), maxAnswerBytes)
  const json = bytes && parseJson(bytes)
  if (!isSubscription(json)) throw await toAnswerError(session, answer, json)
}

function isSubscription(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'contentType' in json
}
