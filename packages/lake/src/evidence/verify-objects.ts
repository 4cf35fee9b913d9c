import { eachConcurrently } from '@mailtrail/core'
import { keptFindings } from './finding.ts'
import type { ObjectBook, ObjectRecord } from './object-book.ts'
import type { ObjectOutcome, VerifyContext } from './object-outcome.ts'
import { lostFinding } from './report-lost.ts'
import type { StrayObjects } from './stray-objects.ts'
import type { VerifyOptions } from './verify-evidence.ts'
import { verifyRecords } from './verify-record.ts'

const objectsAtOnce = 8

export interface VerifiedObjects {
  verified: number
  bytes: number
  retired: number
  strays: number
  /** By key, what names it. */
  readonly lost: Map<string, string>
}

/** Verifies all objects of the book, a few at once; those that no entry names go to `strays`. */
export async function verifyObjects(
  book: ObjectBook,
  strays: StrayObjects,
  { onObject, signal, ...context }: VerifyContext & Pick<VerifyOptions, 'onObject'>,
): Promise<VerifiedObjects> {
  const sum: VerifiedObjects = { verified: 0, bytes: 0, retired: 0, strays: 0, lost: new Map() }
  const take = async ({ verified, bytes, retired, stray, lost }: ObjectOutcome): Promise<void> => {
    sum.verified += verified
    sum.bytes += bytes
    sum.retired += retired
    if (lost && sum.lost.size < keptFindings) sum.lost.set(lost.key, lost.by)
    else if (lost) context.log.add(lostFinding(lost.key, lost.by))
    if (stray !== undefined) sum.strays += 1
    if (stray !== undefined) await strays.stray(stray)
    if (verified > 0) onObject?.(Math.max(book.listed, sum.verified))
  }
  await eachConcurrently(bundles(book), { limit: objectsAtOnce, signal }, async (records, either) => {
    for (const outcome of await verifyRecords(records, { ...context, signal: either })) await take(outcome)
  })
  return sum
}

/** All objects of one quarantined content together, every other alone. */
async function* bundles(book: ObjectBook): AsyncGenerator<ObjectRecord[]> {
  let bundle: ObjectRecord[] = []
  const nameOf = (record: ObjectRecord | undefined): string | undefined =>
    /^quarantine\/[^.]+\./.exec(record?.key ?? '')?.[0] ?? record?.key
  for await (const record of book.records()) {
    if (bundle.length > 0 && nameOf(bundle[0]) !== nameOf(record)) {
      yield bundle
      bundle = []
    }
    bundle.push(record)
  }
  if (bundle.length > 0) yield bundle
}
