import { type Abortable, eachConcurrently, type HistoryEvent, type Interval, MailtrailError, type TenantId } from '@mailtrail/core'
import { dateOf, emailEventsPrefix, itemsPrefix, quarantinePrefix, rawPrefix, tombstonePrefix } from '../layout.ts'
import type { ObjectStore } from '../object-store.ts'
import { type RetiredObject, readTombstone, salvageTombstone } from '../tombstones.ts'
import { type Finding, FindingLog, keptFindings } from './finding.ts'
import { type Anchor, FoldChain, type PublishedHead } from './fold-chain.ts'
import { ObjectBook, type ObjectRecord } from './object-book.ts'
import { StrayObjects } from './stray-objects.ts'
import { verifyLedger } from './verify-ledger.ts'
import { type ObjectOutcome, type VerifyContext, verifyRecords } from './verify-record.ts'

export interface VerifyOptions extends Abortable {
  readonly tenantId: TenantId
  readonly history: readonly HistoryEvent[]
  /** Operations whose records were ever kept, as far as that was noted; those that the ledger names are looked at too. */
  readonly operations: readonly string[]
  readonly horizonMs: number
  /** Ledger days, and what they name; without it all of the tenant's objects, those that nothing names included. */
  readonly range?: Interval | undefined
  /** Digests that were published outside the lake. */
  readonly heads: readonly PublishedHead[]
  /** A local folder for what is not held in memory; the caller removes it. */
  readonly folder: string
  readonly areItemsIntact?: VerifyContext['areItemsIntact']
  /** Called as each object was verified, with how many there are at least. */
  readonly onObject?: ((total: number) => void) | undefined
}

export interface EvidenceReport {
  readonly entries: number
  readonly folds: number
  readonly tombstones: number
  /** Data objects that were read from end to end. */
  readonly objects: number
  readonly bytes: number
  /** Objects that a tombstone says were removed. */
  readonly retired: number
  /** Raw objects of contents that may not be listed yet. */
  readonly awaiting: number
  /** Raw objects that nothing names, of which nobody can tell while the ledger is damaged. */
  readonly untold: number
  /** How far the time of the ledger's own entries has come, UTC milliseconds. What was removed after that leaves no trace but a published head. */
  readonly present: number | undefined
  readonly anchor: Anchor
  readonly findings: readonly Finding[]
  readonly findingsLeftOut: number
}

const objectsAtOnce = 8

/** Held of each of two sorts, in bytes of a rough count. */
const heldBytes = 32 * 1024 * 1024

/**
 * Compares a tenant's lake with its ledger, folds and tombstones, and names what is not as it was recorded. Reads every byte of its evidence, in bounded
 * memory, and changes nothing.
 */
export async function verifyEvidence(lake: ObjectStore, options: VerifyOptions): Promise<EvidenceReport> {
  const { tenantId, folder, horizonMs, range, heads, operations, areItemsIntact, onObject, signal } = options
  const [log, chain] = [new FindingLog(), new FoldChain(tenantId)]
  const book = new ObjectBook(folder, heldBytes)
  const strays = new StrayObjects(tenantId, { folder, heldBytes })
  const isAll = range === undefined
  // Objects before the ledger that names them, so that what is stored meanwhile is not missed.
  if (isAll) for await (const key of listObjects(lake, tenantId, operations, { signal })) await book.there(key)
  const ledger = await verifyLedger({ ...options, lake, range, log, chain, book, strays })
  const unnoted = [...ledger.operations].filter((operation) => !operations.includes(operation))
  if (isAll) for await (const key of listRaw(lake, tenantId, unnoted, { signal })) await book.there(key)
  const isLedgerWhole = log.count === 0
  const anchor = chain.anchor(heads, log)
  const tombstones = await noteTombstones(lake, tenantId, { log, book, signal })
  const objects = await verifyObjects(book, strays, { lake, log, areItemsIntact, onObject, signal })
  await reportLost(lake, tenantId, { log, lost: objects.lost, since: tombstones.lastDate, signal })
  // What names an object may be what is missing.
  const isTold = isAll && isLedgerWhole
  const awaiting = isTold ? await strays.judge({ log, present: ledger.present, horizonMs }) : 0
  return {
    entries: ledger.entries,
    folds: ledger.folds,
    tombstones: tombstones.count,
    objects: objects.verified,
    bytes: objects.bytes,
    retired: objects.retired,
    awaiting,
    untold: isTold ? 0 : objects.strays,
    present: ledger.present,
    anchor,
    findings: log.findings,
    findingsLeftOut: log.leftOut,
  }
}

async function* listRaw(lake: ObjectStore, tenantId: TenantId, operations: readonly string[], options: Abortable): AsyncGenerator<string> {
  for (const operation of operations) yield* lake.list(rawPrefix(operation, tenantId), options)
}

async function* listObjects(
  lake: ObjectStore,
  tenantId: TenantId,
  operations: readonly string[],
  options: Abortable,
): AsyncGenerator<string> {
  yield* listRaw(lake, tenantId, operations, options)
  for (const prefix of [itemsPrefix(tenantId), emailEventsPrefix(tenantId), quarantinePrefix(tenantId)]) yield* lake.list(prefix, options)
}

interface NoteOptions extends Abortable {
  readonly log: FindingLog
  readonly book: ObjectBook
}

async function noteTombstones(
  lake: ObjectStore,
  tenantId: TenantId,
  { log, book, signal }: NoteOptions,
): Promise<{ count: number; lastDate: string }> {
  let [count, lastDate] = [0, '']
  for await (const key of lake.list(tombstonePrefix(tenantId), { signal })) {
    count += 1
    lastDate = dateOf(key) ?? lastDate
    for (const { key: object, sha256 } of await objectsOf(lake, key, log, { signal })) await book.retired(object, sha256)
  }
  return { count, lastDate }
}

/** What a tombstone names; of one that was altered, what can still be read, so that it alone is named. */
async function objectsOf(lake: ObjectStore, key: string, log: FindingLog, options: Abortable): Promise<readonly RetiredObject[]> {
  try {
    return (await readTombstone(lake, key, options)).objects
  } catch (error) {
    if (!(error instanceof MailtrailError && error.code === 'TOMBSTONE_INVALID')) throw error
    const meaning = 'A tombstone proves what was removed, and why. Restore it from a copy of the lake.'
    log.add({ what: 'altered', key, namedBy: 'the digest in its name', meaning })
    const bytes = (await lake.read(key, options)) ?? new Uint8Array()
    // What it says of their bytes is not believed.
    return salvageTombstone(bytes).map(({ key: object }) => ({ key: object, sha256: null }))
  }
}

interface VerifiedObjects {
  verified: number
  bytes: number
  retired: number
  strays: number
  /** By key, what names it. */
  readonly lost: Map<string, string>
}

async function verifyObjects(
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

/** Retention may have gone on meanwhile: what a tombstone names that was written since is not lost. */
async function reportLost(
  lake: ObjectStore,
  tenantId: TenantId,
  {
    log,
    lost,
    since,
    signal,
  }: Abortable & { readonly log: FindingLog; readonly lost: ReadonlyMap<string, string>; readonly since: string },
): Promise<void> {
  const left = new Map(lost)
  if (left.size > 0) {
    for await (const key of lake.list(tombstonePrefix(tenantId), { signal })) {
      if ((dateOf(key) ?? '') < since) continue
      for (const { key: object } of await objectsOf(lake, key, log, { signal })) left.delete(object)
    }
  }
  for (const [key, by] of left) log.add(lostFinding(key, by))
}

function lostFinding(key: string, namedBy: string): Finding {
  const meaning =
    'It was stored, and no tombstone says that it was removed. Restore it from a copy; its records are missing from every answer.'
  return { what: 'missing', key, namedBy, meaning }
}
