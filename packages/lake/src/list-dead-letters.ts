import type { Abortable, TenantId } from '@mailtrail/core'
import { type DeadLetter, parseDeadLetter } from './dead-letter.ts'
import { type LetterEvent, readLetterEvents } from './dead-letter-events.ts'
import { deadLetterPrefix } from './layout.ts'
import type { ObjectStore } from './object-store.ts'

/** Where a letter lies. */
export interface LetterPlace {
  readonly tenantId: TenantId | null
  readonly stage: string
  readonly id: string
  readonly key: string
}

export interface LetterWithEvents {
  readonly letter: DeadLetter
  /** What became of it, in order. */
  readonly events: readonly LetterEvent[]
}

/** The letters of a tenant in its own lake, or those of nobody in the fleet's. None is opened. */
export async function* listDeadLetters(lake: ObjectStore, tenantId: TenantId | null, options?: Abortable): AsyncGenerator<LetterPlace> {
  for await (const key of lake.list(deadLetterPrefix(tenantId), options)) {
    const [, stage, id] = /\/([a-z]+)\/([0-9a-f]{32})\.json$/.exec(key) ?? []
    if (stage !== undefined && id !== undefined) yield { tenantId, stage, id, key }
  }
}

/** @throws {@link MailtrailError} `DEAD_LETTER_INVALID`, also when it is not there */
export async function readDeadLetter(lake: ObjectStore, place: LetterPlace, options?: Abortable): Promise<LetterWithEvents> {
  const letter = parseDeadLetter((await lake.read(place.key, options)) ?? new Uint8Array(), place.key)
  return { letter, events: await readLetterEvents(lake, place, options) }
}
