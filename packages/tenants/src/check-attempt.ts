import { ActivityApiError } from '@mailtrail/activity-api'
import { MailtrailError } from '@mailtrail/core'
import type { CheckFailure } from './check-facts.ts'

/** Takes a step, and keeps why it failed. What was not raised on purpose, an abort included, is thrown on. */
export async function attempt<T>(step: () => Promise<T>): Promise<{ readonly value: T } | { readonly failure: CheckFailure }> {
  try {
    return { value: await step() }
  } catch (error) {
    if (!(error instanceof MailtrailError)) throw error
    return { failure: toFailure(error) }
  }
}

function toFailure(error: MailtrailError): CheckFailure {
  if (!(error instanceof ActivityApiError)) return { code: error.code }
  return { code: error.code, vendorCode: error.vendorCode, status: error.status }
}
