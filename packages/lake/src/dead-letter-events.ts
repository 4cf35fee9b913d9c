import type { Abortable, WorkFailure } from '@mailtrail/core'
import { z } from 'zod'
import { type DeadLetter, deadLetterInvalid, failureSchema, formatLetter } from './dead-letter.ts'
import { deadLetterKey } from './layout.ts'
import type { ObjectStore } from './object-store.ts'

/** What became of a letter: queued again, failed after that, given up for good, or done. */
export interface LetterEvent {
  readonly event: 'replayed' | 'failed' | 'dropped' | 'resolved'
  /** UTC milliseconds. */
  readonly at: number
  /** Who did it: a person, or a role of the fleet. */
  readonly by: string
  /** Why, where a person says so. */
  readonly reason?: string | undefined
  readonly failure?: WorkFailure | undefined
}

export const letterStates = ['open', 'replayed', 'dropped', 'resolved'] as const
export type LetterState = (typeof letterStates)[number]

const schema: z.ZodType<LetterEvent> = z.object({
  schema: z.literal(1),
  event: z.enum(['replayed', 'failed', 'dropped', 'resolved']),
  at: z.iso.datetime().transform((text) => Date.parse(text)),
  by: z.string(),
  reason: z.string().optional(),
  failure: failureSchema.optional(),
})

/** Where a letter stands after all that became of it. */
export function letterState(events: readonly LetterEvent[]): LetterState {
  const last = events.at(-1)?.event
  return last === undefined || last === 'failed' ? 'open' : last
}

type LetterName = Pick<DeadLetter, 'tenantId' | 'id'> & { readonly stage: string }

/** What became of a letter so far, in order. @throws {@link MailtrailError} `DEAD_LETTER_INVALID` */
export async function readLetterEvents(
  lake: ObjectStore,
  { tenantId, stage, id }: LetterName,
  options?: Abortable,
): Promise<LetterEvent[]> {
  const events: LetterEvent[] = []
  for (;;) {
    const key = deadLetterKey(tenantId, stage, id, events.length + 1)
    const bytes = await lake.read(key, options)
    if (!bytes) return events
    events.push(parseEvent(bytes, key))
  }
}

/**
 * Adds what becomes of a letter. Whoever is second looks again at what the first wrote.
 *
 * @param decide - nothing where there is nothing to add
 * @returns all that became of it
 */
export async function addLetterEvent(
  lake: ObjectStore,
  name: LetterName,
  decide: (events: readonly LetterEvent[]) => LetterEvent | undefined,
  options?: Abortable,
): Promise<readonly LetterEvent[]> {
  for (;;) {
    const events = await readLetterEvents(lake, name, options)
    const event = decide(events)
    if (!event) return events
    const key = deadLetterKey(name.tenantId, name.stage, name.id, events.length + 1)
    if ((await lake.create(key, formatLetter(event), options)) === 'created') return [...events, event]
  }
}

function parseEvent(bytes: Uint8Array, key: string): LetterEvent {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString()))
  } catch (cause) {
    throw deadLetterInvalid(key, cause)
  }
}
