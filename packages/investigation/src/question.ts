import { type AddressRange, type Interval, MailtrailError, type TenantId } from '@mailtrail/core'

/**
 * What an investigator asks. Within one kind of criterion any may match, between kinds all must; at least one kind is needed. Times are
 * UTC milliseconds, half-open. Session and app ids are compared without regard to case.
 */
export interface Question extends Interval {
  readonly tenantId: TenantId
  /** UPN of one mailbox, in any case; every mailbox of the tenant without it. */
  readonly mailbox?: string
  readonly ranges: readonly AddressRange[]
  readonly sessions: readonly string[]
  readonly apps: readonly string[]
}

/** @throws {@link MailtrailError} `QUESTION_EMPTY`, `QUESTION_RANGE_INVALID` or `QUESTION_TENANT_MISMATCH` */
export function checkQuestion(question: Question, loaded: { readonly tenantId: TenantId; readonly range: Interval }): void {
  if (question.ranges.length + question.sessions.length + question.apps.length === 0) {
    throw new MailtrailError('QUESTION_EMPTY', 'The question names no address range, session or app: give at least one of them.')
  }
  if (question.tenantId !== loaded.tenantId) {
    throw new MailtrailError(
      'QUESTION_TENANT_MISMATCH',
      `The question is about tenant ${question.tenantId}, the opened evidence is of ${loaded.tenantId}: open that tenant's evidence.`,
    )
  }
  if (!(question.from < question.to) || question.from < loaded.range.from || question.to > loaded.range.to) {
    throw new MailtrailError(
      'QUESTION_RANGE_INVALID',
      'The asked time is empty, or reaches beyond the opened evidence: ask from an earlier to a later time, and open the evidence for all of it.',
    )
  }
}
