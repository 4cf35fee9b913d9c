import { type Abortable, MailtrailError, type StoredObject } from '@mailtrail/core'
import { digestOfLines } from '../digest-of-lines.ts'
import { packingOf } from '../layout.ts'
import { type MeasuredObject, measureObject } from '../measure-object.ts'
import type { ObjectStore } from '../object-store.ts'
import { readRawDigests } from '../raw-object.ts'

/** Reads all of an object; undefined when there is none. */
export async function measureIfThere(lake: ObjectStore, key: string, options?: Abortable): Promise<MeasuredObject | undefined> {
  try {
    return await measureObject(lake, key, options)
  } catch (error) {
    if (error instanceof MailtrailError && error.code === 'LAKE_OBJECT_MISSING') return undefined
    throw error
  }
}

/** Whether a raw object is what was recorded. Early entries lack the digest of its bytes; then those of its lines are compared. */
export async function isAsRecorded(
  lake: ObjectStore,
  key: string,
  { measured, recorded }: { readonly measured: MeasuredObject; readonly recorded: Omit<StoredObject, 'key'> },
  options?: Abortable,
): Promise<boolean> {
  if (recorded.sha256 !== undefined) return recorded.sha256 === measured.sha256
  const digests = readRawDigests(measured.head, packingOf(key) ?? 'gzip')
  const isSame = digests?.linesSha256 === recorded.linesSha256 && digests.recordsSha256 === recorded.recordsSha256
  return isSame && (await digestOfLines(lake, key, options)) === recorded.linesSha256
}

/** Whether a raw object that nothing names holds the lines that its own head names. */
export async function isConsistent(lake: ObjectStore, key: string, { head }: MeasuredObject, options?: Abortable): Promise<boolean> {
  const digests = readRawDigests(head, packingOf(key) ?? 'gzip')
  return digests !== undefined && (await digestOfLines(lake, key, options)) === digests.linesSha256
}
