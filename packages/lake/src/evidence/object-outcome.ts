import type { Abortable } from '@mailtrail/core'
import type { ObjectStore } from '../object-store.ts'
import type { Finding, FindingLog } from './finding.ts'
import type { ObjectRecord } from './object-book.ts'

/** What became of one object. */
export interface ObjectOutcome {
  readonly verified: number
  readonly bytes: number
  /** Named, not there, and a tombstone says why. */
  readonly retired: number
  /** A raw object that no entry names, though it is as its own head says. */
  readonly stray?: string
  /** Named, not there, and no tombstone that was read says why. */
  readonly lost?: { readonly key: string; readonly by: string }
}

export interface VerifyContext extends Abortable {
  readonly lake: ObjectStore
  readonly log: FindingLog
  /** Whether every byte of an items file is as it was written; without it items are not looked at. */
  readonly areItemsIntact?: ((lake: ObjectStore, key: string, options?: Abortable) => Promise<boolean>) | undefined
}

export const nothing: ObjectOutcome = { verified: 0, bytes: 0, retired: 0 }

/** What became of an object that is not there. */
export function gone({ key, named, retired }: Omit<ObjectRecord, 'isThere'>, log: FindingLog): ObjectOutcome {
  const [first] = named
  if (!first) return nothing
  if (retired.length === 0) return { ...nothing, lost: { key, by: first.by } }
  const recorded = named.flatMap(({ digests }) => digests?.sha256 ?? [])
  const removed = retired.filter((sha256) => sha256 !== null)
  if (recorded.length > 0 && removed.length > 0 && !removed.some((sha256) => recorded.includes(sha256))) {
    const meaning = 'It was removed by retention or deletion, and was not what had been recorded: it was altered before that.'
    log.add({ what: 'altered', key, namedBy: first.by, meaning })
  }
  return { ...nothing, retired: 1 }
}

/** That the bytes of an object are not those that `namedBy` recorded. */
export function altered(key: string, namedBy: string): Finding {
  const meaning = 'Its bytes are not those that were stored. Restore it from a copy of the lake; do not rely on what it says.'
  return { what: 'altered', key, namedBy, meaning }
}
