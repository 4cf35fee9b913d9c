import { RestError } from '@azure/storage-blob'
import type { LakeFailure } from './lake-failure.ts'

/** The service's name for what went wrong (https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes), or the network's. */
export function blobErrorCode(error: unknown): string | undefined {
  if (!(error instanceof RestError)) return undefined
  // An answer to HEAD has no body, so that only a header names the error.
  return error.response?.headers.get('x-ms-error-code') ?? error.code
}

/** @returns undefined for what is no answer of the service, nor the lack of one */
export function blobFailureOf(error: unknown): LakeFailure | undefined {
  if (error instanceof RestError) return byStatus(error.statusCode ?? 503, blobErrorCode(error))
  const name = error instanceof Error ? error.name : ''
  if (/Credential|Authentication/.test(name)) return 'denied'
  // So the SDK calls a connection that broke.
  return name === 'AbortError' ? 'unavailable' : undefined
}

function byStatus(status: number, code: string | undefined): LakeFailure {
  if (code === 'ContainerNotFound' || code === 'ContainerBeingDeleted') return 'bucketMissing'
  if (status === 401 || status === 403) return 'denied'
  // Bytes that arrived otherwise than they were sent are the network's fault.
  return status >= 500 || status === 408 || status === 429 || code === 'Md5Mismatch' ? 'unavailable' : 'refused'
}

/** For messages: names and numbers. Text of the service or the SDK may show an address with its signature, and what was signed. */
export function blobReasonOf(error: unknown): string {
  if (!(error instanceof RestError)) return error instanceof Error ? error.name : 'unknown'
  const request = error.response?.headers.get('x-ms-request-id')
  return [blobErrorCode(error), error.statusCode && `HTTP ${error.statusCode}`, request && `request ${request}`].filter(Boolean).join(', ')
}
