import { type Answer, toAnswerError } from './answer.ts'
import { parseJson } from './parse-json.ts'
import type { Session } from './session.ts'

/** Far more than an error object takes. */
const maxErrorBytes = 64 * 1024

const openingBrace = 0x7b
/** White space of JSON, and the bytes of a byte-order mark. */
const blank: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf])

/**
 * A content's body, unless it is an error object of the service that says what to do about it: such an answer is no content, whatever its status.
 * Every other body is handed on as it came, an internal error (AF5…) included: that is worth repeating, and worth keeping if it lasts.
 *
 * @throws `ActivityApiError` by the error object's code
 */
export async function refuseErrorObject(
  session: Session,
  answer: Answer,
  body: AsyncGenerator<Uint8Array, void, undefined>,
): Promise<AsyncIterable<Uint8Array>> {
  const read: Uint8Array[] = []
  let length = 0
  let isObject = false
  for (let chunk = await body.next(); !chunk.done; chunk = await body.next()) {
    read.push(chunk.value)
    length += chunk.value.length
    const first = chunk.value.find((byte) => !blank.has(byte))
    isObject ||= first === openingBrace
    if ((first !== undefined && !isObject) || length > maxErrorBytes) return replay(read, body)
  }
  const error = isObject ? await toAnswerError(session, answer, parseJson(Buffer.concat(read))) : undefined
  if (error?.vendorCode !== undefined && error.code !== 'ACTIVITY_API_UNAVAILABLE') throw error
  return replay(read, body)
}

async function* replay(
  read: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* read
    yield* rest
  } finally {
    await rest.return()
  }
}
