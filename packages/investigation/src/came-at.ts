import { hourMs, type LedgerEntry } from '@mailtrail/core'
import { contentHash } from '@mailtrail/lake'

interface NamedContent {
  readonly created: number
  /** Service date of the first listing that names it. */
  listedAt: number
  /** When the first entry that names it was written, by our clock: for one that no dated listing names. */
  writtenAt: number
  /** When the first entry was written that names objects of it. */
  storedAt: number
}

/** Until when answers could be given without a record: told by the key of the raw object that holds it, and the time of its event. */
export type CameAt = (key: string, time: number) => number

const never = Number.POSITIVE_INFINITY

/**
 * A content that the hour of the record waits for is a gap in that hour from when it is entered; of any other an answer knows nothing before it is stored.
 * What no entry names came later than they tell, and a variant that none names may have come at any time.
 */
export function cameAtOf(entries: readonly LedgerEntry[], horizonMs: number): CameAt {
  const contents = new Map<string, NamedContent>()
  const named = new Set<string>()
  for (const { listing, writtenAt, contents: lines } of entries) {
    for (const { id, created, objects } of lines) {
      const hash = contentHash(id)
      const content = contents.get(hash) ?? { created, listedAt: never, writtenAt: never, storedAt: never }
      contents.set(hash, content)
      content.listedAt = Math.min(content.listedAt, listing?.serviceDate ?? never)
      content.writtenAt = Math.min(content.writtenAt, writtenAt)
      if (objects.length > 0) content.storedAt = Math.min(content.storedAt, writtenAt)
      for (const { key } of objects) named.add(key)
    }
  }
  return (key, time) => {
    const [, hash = '', rest = ''] = /\/([0-9a-f]{64})([^/]*)$/.exec(key) ?? []
    const content = rest.startsWith('~') && !named.has(key) ? undefined : contents.get(hash)
    if (content === undefined) return never
    const horizonEnd = Math.floor(time / hourMs + 1) * hourMs + horizonMs
    const enteredAt = content.listedAt === never ? content.writtenAt : content.listedAt
    // Our clocks may be wrong; nothing is stored before it is entered.
    return content.created < horizonEnd ? enteredAt : Math.max(enteredAt, content.storedAt)
  }
}
