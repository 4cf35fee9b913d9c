import { type EntryContent, isBetter, type LedgerEntry, mergeContents } from '@mailtrail/core'
import { type ObjectStore, readEntryGroup, writeLedgerEntry, writeRepair } from '@mailtrail/lake'
import type { Handler, Receipt, Receipts, SealTask } from '@mailtrail/queues'
import type { Clock } from '@mailtrail/runtime'
import type { TenantLakes } from '@mailtrail/tenants'

export interface SealDeps {
  readonly lakes: Pick<TenantLakes, 'open'>
  readonly receipts: Receipts
  readonly clock: Clock
}

/**
 * Writes down what became of a span's contents: a window's seal once all are accounted for (or when overdue, the rest `pending`), and
 * repairs afterwards. A content counts as stored only by a receipt whose objects are all in the store.
 */
export function createSealHandler(deps: SealDeps): Handler<SealTask> {
  return async (task, { signal, log }) => {
    const { receipts, clock } = deps
    const lake = await deps.lakes.open(task.tenantId)
    const group = await readEntryGroup(lake, task.tenantId, task, { signal })
    const [first] = group
    if (!first) return
    const known = mergeContents(group)
    const reported = await receipts.read(task.tenantId, task, [...known.keys()])
    const contents: EntryContent[] = []
    for (const content of known.values()) contents.push(await withReceipt(lake, content, reported.get(content.id)))
    const unaccounted = contents.filter(({ outcome }) => outcome === 'pending').length
    if (unaccounted > 0 && !task.overdue) return

    const entry: Omit<LedgerEntry, 'entry'> = {
      tenantId: task.tenantId,
      contentType: task.contentType,
      start: task.start,
      end: task.end,
      writtenAt: clock.now(),
      listing: null,
      operations: first.operations,
      selectorVersion: first.selectorVersion,
      contents,
    }
    const isUnsealedWindow = group.some((known) => known.entry === 'listed') && !group.some((known) => known.entry === 'seal')
    const sealed = isUnsealedWindow && (await writeLedgerEntry(lake, { ...entry, entry: 'seal' }, { signal })) === 'created'
    // Also for whoever lost the race for the seal: what the winner does not say goes into a repair.
    if (!sealed) await writeRepair(lake, entry, { signal })
    if (unaccounted === 0) await receipts.forget(task.tenantId, task)
    log.info({ event: sealed ? 'window.sealed' : 'span.repaired', start: task.start, contents: contents.length, unaccounted })
  }
}

async function withReceipt(lake: ObjectStore, content: EntryContent, receipt: Receipt | undefined): Promise<EntryContent> {
  if (receipt === undefined || !isBetter(receipt, content)) return content
  for (const { key } of receipt.objects) if (!(await lake.stat(key))) return content
  return { ...content, ...receipt }
}
