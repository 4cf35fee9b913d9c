import { z } from 'zod'
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
  TokenProviderError: 'denied',
  NotImplemented: 'refused',
  AuthorizationHeaderMalformed: 'elsewhere',
  IllegalLocationConstraintException: 'elsewhere',
  TimeoutError: 'unavailable',
  // Archived by a rule of the bucket: it must be restored before it can be read.
  InvalidObjectState: 'refused',
}

/** @returns undefined for what is no answer of the store, nor the lack of one */
export function s3FailureOf(error: unknown): S3Failure | undefined {
  if (!(error instanceof Error)) return undefined
  const { status } = answerOf(error)
  return byName[error.name] ?? (status === undefined ? withoutAnswer(error) : byStatus(error.name, status))
}

/** Errors of the network have a code. */
function withoutAnswer(error: Error): S3Failure | undefined {
  return 'code' in error ? 'unavailable' : undefined
}

function byStatus(name: string, status: number): S3Failure {
  if (status === 412) return 'precondition'
  // Of success with an answer that makes no sense, and of a 404 without S3's name for it: something else stands in between.
  // 409 is ConditionalRequestConflict or OperationAborted: another request for the key is under way, and nothing is decided yet.
  if (status < 300 || status >= 500 || [404, 408, 409, 429].includes(status)) return 'unavailable'
  if (status < 400) return 'elsewhere'
  return status === 401 || status === 403 || name.startsWith('KMS.') ? 'denied' : 'refused'
}

/** For messages: names and numbers, none of the text that came with them. */
export function s3ReasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { status, request } = answerOf(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (status === undefined) return code ?? error.name
  return [error.name, `HTTP ${status}`, ...(request === undefined ? [] : [`request ${request}`])].join(', ')
}

const answered = z.object({ $metadata: z.object({ httpStatusCode: z.number().optional(), requestId: z.string().optional() }) })

/** Of S3, or of the service that gives out its credentials. */
function answerOf(error: Error): { readonly status?: number | undefined; readonly request?: string | undefined } {
  const { httpStatusCode, requestId } = answered.safeParse(error).data?.$metadata ?? {}
  return { status: httpStatusCode, request: requestId }
}
