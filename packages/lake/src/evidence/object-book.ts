import type { StoredObject } from '@mailtrail/core'
import { LineSorter } from '../line-sorter.ts'

/** What is known of one key: whether it was listed, who names it, and what a tombstone says. */
export interface ObjectRecord {
  readonly key: string
  readonly isThere: boolean
  /** As the ledger recorded it; without digests it is only known that the object is to be there. */
  readonly named: readonly NamedObject[]
  /** Digests of the bytes that were removed, as tombstones tell; null where they could not be read. */
  readonly retired: readonly (string | null)[]
}

export interface NamedObject {
  /** The entry or note that names it. */
  readonly by: string
  readonly digests?: Omit<StoredObject, 'key'>
}

/** Brings together what the listings, the ledger and the tombstones say of each object, in bounded memory. */
export class ObjectBook {
  readonly #lines: LineSorter
  #listed = 0

  /** @param folder - a local one for what is not held */
  constructor(folder: string, heldBytes: number) {
    this.#lines = new LineSorter({ folder, heldBytes })
  }

  /** How many objects were listed. */
  get listed(): number {
    return this.#listed
  }

  async there(key: string): Promise<void> {
    this.#listed += 1
    await this.#add(key, { kind: 'there' })
  }

  async named(key: string, named: NamedObject): Promise<void> {
    await this.#add(key, { kind: 'named', ...named })
  }

  async retired(key: string, sha256: string | null): Promise<void> {
    await this.#add(key, { kind: 'retired', sha256 })
  }

  /** In the order of keys; once. */
  async *records(): AsyncGenerator<ObjectRecord> {
    let current: { key: string; isThere: boolean; named: NamedObject[]; retired: (string | null)[] } | undefined
    for await (const line of this.#lines.sorted()) {
      const at = line.indexOf('\n')
      const key = line.slice(0, at)
      if (current?.key !== key) {
        if (current) yield current
        current = { key, isThere: false, named: [], retired: [] }
      }
      const note: Note = JSON.parse(line.slice(at + 1))
      if (note.kind === 'there') current.isThere = true
      else if (note.kind === 'retired') current.retired.push(note.sha256)
      else if (!isRepeat(note, current.named.at(-1))) current.named.push(note)
    }
    if (current) yield current
  }

  #add(key: string, note: Note): Promise<void> {
    // No key holds a line end.
    return this.#lines.add(`${key}\n${JSON.stringify(note)}`)
  }
}

type Note =
  | { readonly kind: 'there' }
  | ({ readonly kind: 'named' } & NamedObject)
  | { readonly kind: 'retired'; readonly sha256: string | null }

function isRepeat(note: NamedObject, last: NamedObject | undefined): boolean {
  return last !== undefined && JSON.stringify(note.digests) === JSON.stringify(last.digests)
}
