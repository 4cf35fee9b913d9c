import { S3ServiceException } from '@aws-sdk/client-s3'
import { describe, expect, test } from 'vitest'
import { s3FailureOf, s3ReasonOf } from './s3-failure.ts'

function answered(name: string, httpStatusCode: number): Error {
  return new S3ServiceException({ name, message: 'canary', $fault: 'client', $metadata: { httpStatusCode, requestId: '7' } })
}

/** As the service that gives out credentials answers, or a parser that was given no XML. */
function other(name: string, fields: object): Error {
  return Object.assign(new Error('canary'), { name, ...fields })
}

describe(s3FailureOf, () => {
  test.each([
    { error: answered('NoSuchKey', 404), failure: 'missing' },
    { error: answered('NotFound', 404), failure: 'missing' },
    { error: answered('UnknownError', 404), failure: 'unavailable' },
    { error: answered('PreconditionFailed', 412), failure: 'precondition' },
    { error: answered('ConditionalRequestConflict', 409), failure: 'unavailable' },
    { error: answered('SlowDown', 503), failure: 'unavailable' },
    { error: answered('TooManyRequests', 429), failure: 'unavailable' },
    { error: answered('BadDigest', 400), failure: 'unavailable' },
    { error: answered('InvalidTag', 400), failure: 'refused' },
    { error: answered('AccessDenied', 403), failure: 'denied' },
    { error: answered('AuthorizationHeaderMalformed', 400), failure: 'elsewhere' },
    { error: other('AccessDenied', { $metadata: { httpStatusCode: 403 } }), failure: 'denied' },
    { error: other('SyntaxError', { $metadata: { httpStatusCode: 200 } }), failure: 'unavailable' },
    { error: other('Error', { code: 'ECONNRESET' }), failure: 'unavailable' },
    { error: other('TimeoutError', {}), failure: 'unavailable' },
    { error: other('CredentialsProviderError', {}), failure: 'denied' },
    { error: other('TypeError', {}), failure: undefined },
    { error: 'thrown', failure: undefined },
  ])('takes $error for $failure', ({ error, failure }) => {
    expect(s3FailureOf(error)).toBe(failure)
  })
})

describe(s3ReasonOf, () => {
  test.each([
    { error: answered('SlowDown', 503), reason: 'SlowDown, HTTP 503, request 7' },
    { error: other('Error', { code: 'ECONNRESET' }), reason: 'ECONNRESET' },
    { error: other('TimeoutError', {}), reason: 'TimeoutError' },
  ])('says "$reason" and nothing of the text', ({ error, reason }) => {
    expect(s3ReasonOf(error)).toBe(reason)
  })
})
