import { ActivityApiError, type Failure } from './activity-api-error.ts'

const tlsCode = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/

/**
 * Our word for a request that got no answer. What the caller aborted, and mistakes of our own, come back as they are.
 *
 * @param signal - the caller's: an abort of theirs is not a failure of the service
 */
export function toTransportFailure(error: unknown, failure: Failure, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason
  const code = systemCode(error)
  if (code === undefined || code === 'UND_ERR_INVALID_ARG') return error
  const word = tlsCode.test(code) ? 'ACTIVITY_API_TLS_UNTRUSTED' : 'ACTIVITY_API_UNAVAILABLE'
  return new ActivityApiError(word, { ...failure, detail: `The connection failed: ${code}.`, cause: error })
}

/** The code of Node.js or undici; of several addresses tried, the first one's. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (error instanceof AggregateError && error.errors.length > 0) return systemCode(error.errors[0])
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
