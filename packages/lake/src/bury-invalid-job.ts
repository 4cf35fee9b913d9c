import { hash } from 'node:crypto'
import type { WorkFailure } from '@mailtrail/core'
import { type DeadLetter, deadLetterId, formatLetter } from './dead-letter.ts'
import { deadLetterKey } from './layout.ts'
import type { ObjectStore } from './object-store.ts'

/** Kept of a job's data at most, in characters. */
const keptLength = 16_384

/** A job that nobody could read: it may be of any tenant, so that it goes into the fleet's lake. The same data twice is one letter. */
export async function buryInvalidJob(
  fleetLake: ObjectStore,
  { queue, id = '', data }: { readonly queue: string; readonly id?: string | undefined; readonly data: unknown },
  failure: WorkFailure,
): Promise<void> {
  const text = JSON.stringify(data) ?? ''
  const work = { stage: 'jobs', queue, jobId: id, sha256: hash('sha256', text), bytes: Buffer.byteLength(text) } as const
  const letterId = deadLetterId(null, { ...work, jobId: '' })
  const known = { first: failure, last: failure, jobs: 1, attempts: 1, writtenAt: failure.at }
  const letter: DeadLetter = { id: letterId, tenantId: null, work, expires: null, ...known, data: text.slice(0, keptLength) }
  await fleetLake.create(deadLetterKey(null, work.stage, letterId), formatLetter(letter))
}
