import type { Dispatcher } from 'undici'
import { ActivityApiError, type Failure } from './activity-api-error.ts'
import { classifyFailure } from './classify-failure.ts'
import { parseRetryAfter } from './retry-after.ts'
import { parseServiceDate } from './service-date.ts'
import type { Session } from './session.ts'
import { readVendorError } from './vendor-error.ts'

/** An answer of the API, its body unread, and what an error about it says. */
export interface Answer {
  readonly response: Dispatcher.ResponseData
  readonly failure: Failure & { readonly status: number }
}

export function toAnswer(
  { options }: Session,
  { operation, contentId }: Pick<Failure, 'operation' | 'contentId'>,
  response: Dispatcher.ResponseData,
): Answer {
  const serviceDate = parseServiceDate(response.headers)
  return { response, failure: { tenantId: options.tenantId, operation, contentId, status: response.statusCode, serviceDate } }
}

/**
 * Our word for an answer that is an error object, or no JSON at all. The budget of the tenant learns of a throttling.
 *
 * @param json - the parsed body, undefined if it was not JSON
 */
export async function toAnswerError({ options }: Session, { response, failure }: Answer, json: unknown): Promise<ActivityApiError> {
  const vendorError = readVendorError(json)
  const code = classifyFailure(failure.operation, failure.status, vendorError)
  const retryAfterMs = parseRetryAfter(response.headers) ?? vendorError.retryAfterMs
  const error = new ActivityApiError(code, { ...failure, vendorCode: vendorError.vendorCode, retryAfterMs })
  // What the service said counts more than a budget that could not be told.
  if (code === 'ACTIVITY_API_THROTTLED') await options.budget?.throttled(retryAfterMs).catch(() => {})
  return error
}
