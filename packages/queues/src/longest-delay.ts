import { minuteMs } from '@mailtrail/core'

/** What has to wait longer leaves the queue, which holds only what is ready: the scheduler asks for it again. */
export const longestDelayMs: number = 5 * minuteMs
