import type { DeadLetter, LetterEvent, LetterPlace, LetterState, ObjectStore } from '@mailtrail/lake'

/** A letter with where it stands, and the lake that it lies in. */
export interface FoundLetter {
  readonly letter: DeadLetter
  readonly place: LetterPlace
  readonly events: readonly LetterEvent[]
  readonly state: LetterState
  readonly lake: ObjectStore
}
