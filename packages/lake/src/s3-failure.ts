import { S3ServiceException } from '@aws-sdk/client-s3'
import type { LakeFailure } from './lake-failure.ts'

/** What an answer other than success means: `missing` and `precondition` are about the object alone, all else about the lake. */
export type S3Failure = LakeFailure | 'missing' | 'precondition' | 'elsewhere'

/**
 * By name where the status says something else. An error of the sender's is the network's here, or the clock's: what is sent is right.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const byName: Readonly<Record<string, S3Failure>> = {
  NoSuchBucket: 'bucketMissing',
  NoSuchKey: 'missing',
  NoSuchVersion: 'missing',
  // What the SDK calls an answer without a body, as to HEAD.
  NotFound: 'missing',
  RequestTimeout: 'unavailable',
  RequestTimeTooSkewed: 'unavailable',
  BadDigest: 'unavailable',
  IncompleteBody: 'unavailable',
  XAmzContentSHA256Mismatch: 'unavailable',
  ExpiredToken: 'denied',
  InvalidToken: 'denied',
  TokenRefreshRequired: 'denied',
  CredentialsProviderError: 'denied',
  AuthorizationHeaderMalformed: 'elsewhere',
  IllegalLocationConstraintException: 'elsewhere',
  TimeoutError: 'unavailable',
  // Archived by a rule of the bucket: it must be restored before it can be read.
  InvalidObjectState: 'refused',
}

/** @returns undefined for what is no answer of the store, nor the lack of one */
export function s3FailureOf(error: unknown): S3Failure | undefined {
  if (!(error instanceof Error)) return undefined
  const named = byName[error.name]
  if (named) return named
  if (error instanceof S3ServiceException) return byStatus(error.name, error.$metadata.httpStatusCode ?? 0)
  return 'code' in error || '$metadata' in error ? 'unavailable' : undefined
}

function byStatus(name: string, status: number): S3Failure {
  if (status === 412) return 'precondition'
  // 409 is ConditionalRequestConflict or OperationAborted: another request for the key is under way, and nothing is decided yet.
  // A 404 without S3's name for it comes from something that stands in between.
  if (status >= 500 || [404, 408, 409, 429].includes(status)) return 'unavailable'
  if (status === 401 || status === 403 || name.startsWith('KMS.')) return 'denied'
  return status >= 300 && status < 400 ? 'elsewhere' : 'refused'
}

/** For messages: names and numbers, none of the text that came with them. */
export function s3ReasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  if (!(error instanceof S3ServiceException)) return code
  const { httpStatusCode, requestId } = error.$metadata
  return [error.name, httpStatusCode && `HTTP ${httpStatusCode}`, requestId && `request ${requestId}`].filter(Boolean).join(', ')
}
