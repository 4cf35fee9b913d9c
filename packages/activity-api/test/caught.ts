import { ActivityApiError } from '../src/activity-api-error.ts'

/** The error of our own that a promise is rejected with. */
export async function caught(promise: Promise<unknown>): Promise<ActivityApiError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ActivityApiError) return error
  throw new Error(`Expected an ActivityApiError, got ${String(error)}.`, { cause: error })
}
