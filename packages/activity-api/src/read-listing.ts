import type { z } from 'zod'
import { ActivityApiError, type Failure } from './activity-api-error.ts'
import { type Answer, toAnswerError } from './answer.ts'
import { decodeBody } from './decode-body.ts'
import { parseJson } from './parse-json.ts'
import { readBounded } from './read-bounded.ts'
import type { Session } from './session.ts'

/** The service documents no page size. A descriptor is about 500 bytes, so this is far beyond any page seen. */
const maxListingBytes = 64 * 1024 * 1024

/**
 * Reads an answer that is to be a JSON array. An error object in its place is a failure although the status is 200, and never an empty list.
 *
 * @throws {@link ActivityApiError} the error object's own code, `ACTIVITY_API_RESPONSE_INVALID`, or `ACTIVITY_API_TRANSFER_CUT`
 */
export async function readListing<T>(session: Session, answer: Answer, schema: z.ZodType<T[]>, signal?: AbortSignal): Promise<T[]> {
  const { response, failure } = answer
  const bytes = await readBounded(decodeBody(response, failure, signal), maxListingBytes)
  if (bytes === undefined) throw invalid(failure, `It is longer than ${maxListingBytes} bytes.`)
  const json = parseJson(bytes)
  if (!Array.isArray(json)) throw await toAnswerError(session, answer, json)
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  // Names the place and not the value, which is the service's text.
  throw invalid(failure, `Unexpected value at ${parsed.error.issues[0]?.path.join('.') ?? 'its top'}.`)
}

function invalid(failure: Failure, detail: string): ActivityApiError {
  return new ActivityApiError('ACTIVITY_API_RESPONSE_INVALID', { ...failure, detail })
}
