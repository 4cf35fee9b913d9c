import type { Abortable } from '@mailtrail/core'
import type { Dispatcher } from 'undici'
import { ActivityApiError, type Failure, type Operation } from './activity-api-error.ts'
import { classifyFailure } from './classify-failure.ts'
import { decodeBody } from './decode-body.ts'
import { ownUrl } from './feed-url.ts'
import { parseJson } from './parse-json.ts'
import { readBounded } from './read-bounded.ts'
import { parseRetryAfter } from './retry-after.ts'
import type { Session } from './session.ts'
import { toTransportFailure } from './transport-failure.ts'
import { readVendorError } from './vendor-error.ts'

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
export async function sendRequest(session: Session, request: FeedRequest, { signal }: Abortable): Promise<Dispatcher.ResponseData> {
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
  { options, agent }: Session,
  { operation, method, contentId }: FeedRequest,
  url: URL,
  token: string,
  signal: AbortSignal | undefined,
): Promise<Dispatcher.ResponseData> {
  try {
    return await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'accept-encoding': 'gzip' },
      signal: signal ?? null,
    })
  } catch (error) {
    throw toTransportFailure(error, { tenantId: options.tenantId, operation, contentId }, signal)
  }
}

async function requireOk(
  { options, tokens }: Session,
  { operation, contentId }: FeedRequest,
  response: Dispatcher.ResponseData,
  token: string,
): Promise<Dispatcher.ResponseData> {
  if (response.statusCode === 200) return response
  const failure = { tenantId: options.tenantId, operation, contentId, status: response.statusCode }
  const error = toFailure(failure, await readErrorBody(response, failure), parseRetryAfter(response.headers))
  // A token keeps the permissions it was issued with: after consent is granted only a new one has them.
  if (error.code === 'ACTIVITY_API_CONSENT_MISSING') tokens.refuse(token)
  throw error
}

/** Our word for an answer that is an error object, or no JSON at all. */
export function toFailure(failure: Failure & { readonly status: number }, json: unknown, retryAfterMs?: number): ActivityApiError {
  const vendorError = readVendorError(json)
  const code = classifyFailure(failure.operation, failure.status, vendorError)
  return new ActivityApiError(code, { ...failure, vendorCode: vendorError.vendorCode, retryAfterMs })
}

/** The status already says that it failed, so a body that cannot be read only leaves the details out. */
async function readErrorBody(response: Dispatcher.ResponseData, failure: Failure): Promise<unknown> {
  try {
    const bytes = await readBounded(decodeBody(response, failure), maxErrorBytes)
    return bytes && parseJson(bytes)
  } catch {
    return undefined
  }
}
