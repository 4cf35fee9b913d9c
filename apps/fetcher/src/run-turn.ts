import {
  type Abortable,
  type EntrySpan,
  eachConcurrently,
  isFetchable,
  type LedgerEntry,
  MailtrailError,
  mergeContents,
  type TenantId,
} from '@mailtrail/core'
import { type ObjectStore, readEntryGroup, readLedgerEntry } from '@mailtrail/lake'
import { endsJob, type Handler, type TaskContext, type TenantBrakes, type Turns, type TurnTask } from '@mailtrail/queues'
import type { TenantApis, TenantLakes } from '@mailtrail/tenants'
import { type BuryDeps, buryContents, type FailedContent } from './bury-contents.ts'
import { FailingLakes } from './failing-lakes.ts'
import { ReceiptBatch } from './receipt-batch.ts'
import { type SettleDeps, settleContent } from './settle-content.ts'

export interface TurnDeps extends SettleDeps, BuryDeps {
  readonly apis: Pick<TenantApis, 'open' | 'noteFailure'>
  readonly lakes: Pick<TenantLakes, 'open'>
  readonly brakes: Pick<TenantBrakes, 'hold'>
  readonly turns: Turns
}

/** Contents of one turn in flight at a time. */
const contentsAtOnce = 4

/**
 * Fetches a tenant's next few contents. What succeeds is reported soon, so that a turn done again does little but what is missing; whoever
 * reports the last content of a listing has its span sealed.
 */
export function createTurnHandler(deps: TurnDeps): Handler<TurnTask> {
  const failingLakes = new FailingLakes()
  return async (task, context) => {
    try {
      await failingLakes.during(task.tenantId, () => runTurn(deps, task, context))
    } catch (error) {
      // Cut off to be handed back: it keeps its place, and says nothing of the tenant.
      if (context.signal.aborted) throw error
      // What refuses the whole tenant ends the turn: the scheduler offers its contents again once a probe succeeds.
      deps.apis.noteFailure(task.tenantId, error)
      const found = await deps.brakes.hold(task.tenantId, error, deps.clock.now())
      if (endsJob(found, context)) await deps.turns.release(task.tenantId, task.turnId)
      throw found
    }
    await deps.turns.release(task.tenantId, task.turnId)
  }
}

async function runTurn(deps: TurnDeps, { tenantId, entryKey, offset, count }: TurnTask, context: TaskContext): Promise<void> {
  const { receipts, queues } = deps
  const { signal } = context
  const lake = await deps.lakes.open(tenantId, { signal })
  const entry = await readLedgerEntry(lake, entryKey, { signal })
  const api = await deps.apis.open(tenantId, { signal })
  const unstored = await unstoredContents(lake, entry, { signal })
  const turn = entry.contents.slice(offset, offset + count).filter(({ id }) => unstored.has(id))
  const reported = await receipts.read(
    tenantId,
    entry,
    turn.map(({ id }) => id),
  )
  const waiting = turn.filter(({ id }) => (reported.get(id)?.outcome ?? 'dead') === 'dead')

  const batch = new ReceiptBatch((some) => receipts.add(tenantId, entry, ...some))
  const failures: FailedContent[] = []
  await eachConcurrently(waiting, { limit: contentsAtOnce }, async (content) => {
    try {
      const work = { tenantId, lake, operations: entry.operations, namedIn: entry, content, api }
      const receipt = await settleContent(deps, work, context)
      await batch.add(receipt)
    } catch (error) {
      failures.push({ content, error })
    }
  })

  await batch.flush()
  const isOver = failures.length > 0 && endsJob(spokesman(failures), context) && !signal.aborted
  const left = isOver ? await buryContents(deps, { lake, entry, entryKey, attempt: context.attempt }, failures) : failures
  if (left.length > 0) throw spokesman(left)
  if ((await receipts.count(tenantId, entry)) >= unstored.size) await queues.seal({ ...spanOf(entry), overdue: false })
}

/** Contents of the entry's span that may still be fetched: listed, and not accounted for by any entry of the span. */
async function unstoredContents(lake: ObjectStore, entry: LedgerEntry, options: Abortable): Promise<ReadonlySet<string>> {
  const known = mergeContents(await readEntryGroup(lake, entry.tenantId, entry, options))
  return new Set([...known.values()].filter(isFetchable).map(({ id }) => id))
}

function spanOf({ tenantId, contentType, start, end }: LedgerEntry): EntrySpan & { readonly tenantId: TenantId } {
  return { tenantId, contentType, start, end }
}

/** The failure that keeps the turn alive longest speaks for it. */
function spokesman(failures: readonly FailedContent[]): unknown {
  const errors = failures.map(({ error }) => error)
  return errors.find(isSetAside) ?? errors.find(isWorthRepeating) ?? errors[0]
}

/** Whether the error names a time to wait, as throttling does; the job then spends no attempt. */
function isSetAside(error: unknown): boolean {
  return isWorthRepeating(error) && !endsJob(error, { lastAttempt: true })
}

function isWorthRepeating(error: unknown): boolean {
  return !(error instanceof MailtrailError) || error.retry.again
}
