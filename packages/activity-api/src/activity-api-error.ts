import { MailtrailError, type Retry, type TenantId } from '@mailtrail/core'
import { type ActivityApiErrorCode, type ErrorCode, errorCodes } from './error-codes.ts'

export type Operation = 'login' | 'list-subscriptions' | 'start-subscription' | 'stop-subscription' | 'list-content' | 'open-content'

/** Whose call failed, and what the service said about it. */
export interface Failure {
  readonly tenantId: TenantId
  readonly operation: Operation
  /** The content it was about. */
  readonly contentId?: string | undefined
  /** HTTP status; absent when no answer came. */
  readonly status?: number | undefined
  /** The vendor's own code, such as `AF20022` or `AADSTS7000215`; absent when it gave none. */
  readonly vendorCode?: string | undefined
  readonly retryAfterMs?: number | undefined
  /** The service's own time of the answer, in ms since the epoch. */
  readonly serviceDate?: number | undefined
  /** A sentence of our own. Text of the service stays out, for it may quote what was sent. */
  readonly detail?: string | undefined
  readonly cause?: unknown
}

/** Raised by every call to the Management Activity API and its token service. The codes and their meanings are {@link errorCodes}. */
export class ActivityApiError extends MailtrailError<ActivityApiErrorCode> {
  readonly vendorCode: string | undefined
  readonly status: number | undefined
  readonly tenantId: TenantId
  readonly operation: Operation
  /**
   * The service's own time of the failed answer, in ms since the epoch. It tells a window that aged out from a clock of ours that is wrong.
   * Of a window refused before it was asked for, the time by which it was. Undefined when no answer came, or one without a `Date`.
   */
  readonly serviceDate: number | undefined

  constructor(code: ActivityApiErrorCode, failure: Failure) {
    super(code, toMessage(errorCodes[code], failure), { retry: toRetry(errorCodes[code], failure.retryAfterMs), cause: failure.cause })
    this.name = 'ActivityApiError'
    this.vendorCode = failure.vendorCode
    this.status = failure.status
    this.tenantId = failure.tenantId
    this.operation = failure.operation
    this.serviceDate = failure.serviceDate
  }
}

function toMessage({ meaning, remedy }: ErrorCode, { tenantId, operation, contentId, status, vendorCode, detail }: Failure): string {
  const where = [`${operation} of tenant ${tenantId}`, contentId && `content ${contentId}`, status && `HTTP ${status}`, vendorCode]
    .filter(Boolean)
    .join(', ')
  return [`${meaning} (${where}).`, detail, remedy].filter(Boolean).join(' ')
}

function toRetry({ again, afterMs }: ErrorCode, retryAfterMs = afterMs): Retry {
  if (!again) return { again }
  return retryAfterMs === undefined ? { again } : { again, afterMs: retryAfterMs }
}
