import { MailtrailError } from '../errors.ts'

export type BodyErrorCode = 'BODY_EMPTY' | 'BODY_NOT_ARRAY' | 'BODY_INCOMPLETE' | 'BODY_TRAILING' | 'BODY_RECORD_TOO_LARGE'

/** A blob body that is not one whole JSON array: never to be read as "0 records". */
export type BodyError = MailtrailError<BodyErrorCode>

export function bodyEmpty(): BodyError {
  return new MailtrailError(
    'BODY_EMPTY',
    'The body holds no bytes but white space, where an array of records was expected; fetch it again.',
    {
      retry: { again: true },
    },
  )
}

export function bodyNotArray(firstByte: number): BodyError {
  return new MailtrailError(
    'BODY_NOT_ARRAY',
    `The body is ${kindOf(firstByte)}, not an array of records; nothing of it was kept. See what the service answered for this content.`,
  )
}

export function bodyIncomplete(bytes: number): BodyError {
  return new MailtrailError(
    'BODY_INCOMPLETE',
    `The body ends after ${bytes} bytes, before its array of records is closed; fetch it again.`,
    {
      retry: { again: true },
    },
  )
}

export function bodyTrailing(offset: number): BodyError {
  return new MailtrailError(
    'BODY_TRAILING',
    `The body goes on at byte ${offset}, after its array of records is closed; its end cannot be trusted.`,
  )
}

export function bodyRecordTooLarge(offset: number, maxBytes: number): BodyError {
  return new MailtrailError(
    'BODY_RECORD_TOO_LARGE',
    `The record at byte ${offset} is larger than ${maxBytes} bytes, so it is read no further; its quotes or brackets may be broken.`,
  )
}

function kindOf(firstByte: number): string {
  const first = String.fromCharCode(firstByte)
  if (first === '{') return 'a JSON object'
  if (first === '"') return 'a JSON string'
  if (first === '<') return 'HTML or XML'
  if (first === 'n') return 'null or other text'
  return 'text or binary data'
}
