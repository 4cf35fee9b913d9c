import type { Abortable } from '@mailtrail/core'
import type { Dispatcher } from 'undici'
import type { Operation } from './activity-api-error.ts'
import { type Answer, toAnswer, toAnswerError } from './answer.ts'
import { decodeBody } from './decode-body.ts'
import { ownUrl } from './feed-url.ts'
import { orAbort } from './or-abort.ts'
import { parseJson } from './parse-json.ts'
import { readBounded } from './read-bounded.ts'
import type { Session } from './session.ts'
import { toTransportFailure } from './transport-failure.ts'

const maxErrorBytes = 64 * 1024

export interface FeedRequest {
  readonly operation: Operation
  readonly method: 'GET' | 'POST'
  readonly url: string | URL
  /** For the message of an error. */
  readonly contentId?: string
}

/**
 * Sends one request with the tenant's token and returns the answer if its status is 200, its body unread.
 *
 * A refused token is replaced and the request repeated, once. Redirects are answers like any other, and not the documented one.
 */
export async function sendRequest(session: Session, request: FeedRequest, { signal }: Abortable): Promise<Answer> {
  const url = ownUrl(session.options, request.operation, request.url)
  const token = await session.tokens.get({ signal })
  const response = await sendOnce(session, request, url, token, signal)
  if (response.statusCode !== 401) return requireOk(session, request, response, token)
  await response.body.dump()
  session.tokens.refuse(token)
  const fresh = await session.tokens.get({ signal })
  return requireOk(session, request, await sendOnce(session, request, url, fresh, signal), fresh)
}

async function sendOnce(
  { options, agent, serviceClock }: Session,
  { operation, method, contentId }: FeedRequest,
  url: URL,
  token: string,
  signal: AbortSignal | undefined,
): Promise<Dispatcher.ResponseData> {
  if (options.budget) await orAbort(options.budget.take({ signal }), signal)
  try {
    const response = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'accept-encoding': 'gzip' },
      signal: signal ?? null,
    })
    serviceClock.observe(response.headers)
    return response
  } catch (error) {
    throw toTransportFailure(error, { tenantId: options.tenantId, operation, contentId }, signal)
  }
}

async function requireOk(session: Session, request: FeedRequest, response: Dispatcher.ResponseData, token: string): Promise<Answer> {
  const answer = toAnswer(session, request, response)
  if (response.statusCode === 200) return answer
  const error = await toAnswerError(session, answer, await readErrorBody(answer))
  // A token keeps the permissions it was issued with: after consent is granted only a new one has them.
  if (error.code === 'ACTIVITY_API_CONSENT_MISSING') session.tokens.refuse(token)
  throw error
}

/** The status already says that it failed, so a body that cannot be read only leaves the details out. */
async function readErrorBody({ response, failure }: Answer): Promise<unknown> {
  try {
    const bytes = await readBounded(decodeBody(response, failure), maxErrorBytes)
    return bytes && parseJson(bytes)
  } catch {
    return undefined
  }
}
