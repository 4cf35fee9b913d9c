import type { Abortable, HistoryEvent, Interval, TenantId } from '@mailtrail/core'
import { emailEventsPrefix, itemsPrefix, quarantinePrefix, rawPrefix } from '../layout.ts'
import type { ObjectStore } from '../object-store.ts'
import { type Finding, FindingLog } from './finding.ts'
import { type Anchor, FoldChain, type PublishedHead } from './fold-chain.ts'
import { noteImports } from './note-imports.ts'
import { noteTombstones } from './note-tombstones.ts'
import { ObjectBook } from './object-book.ts'
import type { VerifyContext } from './object-outcome.ts'
import { reportLost } from './report-lost.ts'
import { StrayObjects } from './stray-objects.ts'
import { verifyLedger } from './verify-ledger.ts'
import { verifyObjects } from './verify-objects.ts'

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

/** Held of each of two sorts, in bytes of a rough count. */
const heldBytes = 32 * 1024 * 1024

/**
 * Compares a tenant's lake with its ledger, folds and tombstones, and names what is not as it was recorded. Reads every byte of its evidence, in bounded
 * memory, and changes nothing.
 */
export async function verifyEvidence(lake: ObjectStore, options: VerifyOptions): Promise<EvidenceReport> {
  const { tenantId, folder, range, heads, operations, areItemsIntact, onObject, signal } = options
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
  if (isAll) await noteImports(lake, tenantId, { log, book, signal })
  const objects = await verifyObjects(book, strays, { lake, log, areItemsIntact, onObject, signal })
  await reportLost(lake, tenantId, { log, lost: objects.lost, since: tombstones.lastDate, signal })
  // What names an object may be what is missing.
  const isTold = isAll && isLedgerWhole
  const awaiting = isTold ? await strays.judge({ log, present: ledger.present }) : 0
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
