import { MailtrailError, minuteMs } from '@mailtrail/core'
import type { Job } from 'bullmq'
import { ZodError, z } from 'zod'
import { jobVersion } from './jobs.ts'

/** How long a job of another release waits for a worker that knows it, and then again, in milliseconds. */
const parkedMs = 2 * minuteMs

/** What all jobs of all releases have. */
const envelope = z.object({ v: z.int().min(1), kind: z.unknown().optional() })

/**
 * Schemas transform too, so that a refusal may be any error, and may quote the data.
 *
 * @throws {@link MailtrailError} `JOB_OF_OTHER_RELEASE`, to be set aside and tried again, when its version or kind is not known here;
 *   `JOB_INVALID` when it is none at all
 */
export function parseTask<T>(schema: z.ZodType<T>, { id, queueName, data }: Pick<Job, 'id' | 'queueName' | 'data'>): T {
  try {
    return schema.parse(data)
  } catch (cause) {
    const which = `Job ${id} of ${queueName}`
    if (!isOfOtherRelease(data, cause)) throw new MailtrailError('JOB_INVALID', `${which} is not of a known schema.`, { cause })
    const message = `${which} is of another release, and waits for a worker of it. If none is to come, see docs/redis.md.`
    throw new MailtrailError('JOB_OF_OTHER_RELEASE', message, { cause, retry: { again: true, afterMs: parkedMs } })
  }
}

/**
 * Whether a job that its schema refused is of a version that this release does not queue, or of a kind that it does not know.
 *
 * @param cause - what the schema threw
 */
export function isOfOtherRelease(data: unknown, cause?: unknown): boolean {
  const found = envelope.safeParse(data)
  if (!found.success) return false
  if (found.data.v !== jobVersion) return true
  return typeof found.data.kind === 'string' && cause instanceof ZodError && cause.issues.some(({ path }) => path[0] === 'kind')
}
