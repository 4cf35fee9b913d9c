import type { Abortable } from '@mailtrail/core'
import { ActivityApiError, type Operation } from './activity-api-error.ts'
import { toAnswerError } from './answer.ts'
import { decodeBody } from './decode-body.ts'
import { feedUrl } from './feed-url.ts'
import { parseJson } from './parse-json.ts'
import { readBounded } from './read-bounded.ts'
import { sendRequest } from './send-request.ts'
import type { Session } from './session.ts'

const operation: Operation = 'stop-subscription'
const maxAnswerBytes = 64 * 1024

/** Stops a subscription. One that is not there is a success. */
export async function stopSubscription(session: Session, contentType: string, options: Abortable = {}): Promise<void> {
  try {
    await stop(session, contentType, options)
  } catch (error) {
    if (error instanceof ActivityApiError && error.code === 'ACTIVITY_API_SUBSCRIPTION_MISSING') return
    throw error
  }
}

async function stop(session: Session, contentType: string, { signal }: Abortable): Promise<void> {
  const url = feedUrl(session.options, 'subscriptions/stop', { contentType })
  const answer = await sendRequest(session, { operation, method: 'POST', url }, { signal })
  const bytes = await readBounded(decodeBody(answer.response, answer.failure, signal), maxAnswerBytes)
  // The documented answer is empty; anything else comes from a failure or a gateway.
  if (bytes?.length !== 0) throw await toAnswerError(session, answer, bytes && parseJson(bytes))
}
