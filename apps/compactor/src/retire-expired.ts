import { type Abortable, dayMs, expiredDates, leastRawDays, type Retention, type TenantId, utcDate } from '@mailtrail/core'
import {
  dateOf,
  emailEventsPrefix,
  itemsPrefix,
  type ObjectStore,
  type RetireOptions,
  type RetireResult,
  rawPrefix,
  retireObjects,
} from '@mailtrail/lake'
import { noteRetiredRaw, requireNotHeld } from '@mailtrail/tenants'
import type { LockedDates } from './locked-dates.ts'
import { unlistedSince } from './unlisted-since.ts'

export interface RetireContext extends Abortable {
  readonly fleetLake: ObjectStore
  /** The tenant's own. */
  readonly lake: ObjectStore
  readonly tenantId: TenantId
  readonly retention: Retention
  /** Those that were ever kept. */
  readonly operations: readonly string[]
  /** The time that retention goes by. */
  readonly now: number
  readonly locked: LockedDates
}

/** What one partition came to. */
export interface RetiredPartition extends RetireResult {
  readonly kind: Kind
  /** Event date. */
  readonly date: string
}

type Kind = 'items' | 'raw' | 'email-events'

interface Kept {
  readonly kind: Kind
  readonly days: number
  readonly policy: string
  readonly prefix: string
}

/**
 * Removes what is past the retention of a tenant, a partition at a time, the oldest first. Items go before the raw they are made from. Each
 * partition is reported when it is done; whoever stops taking them stops the removal.
 *
 * @throws {@link MailtrailError} `TENANT_HELD` as soon as the tenant is held
 */
export async function* retireExpired(context: RetireContext): AsyncGenerator<RetiredPartition> {
  for (const kept of keptKinds(context)) {
    for (const date of await passedDates(context, kept)) {
      const partition = `${kept.prefix}date=${date}/`
      if (context.locked.isLocked(partition, context.now)) continue
      const result = await retireObjects(context.lake, context.lake.list(partition, context), optionsFor(context, kept, date))
      // Again, for a compactor may have made them of what was about to go.
      if (isUndatedRaw(kept, date) && result.removed > 0) await retireUndatedItems(context, kept)
      if (result.locked > 0) context.locked.note(partition, result.lockedUntil, context.now)
      yield { kind: kept.kind, date, ...result }
    }
  }
}

function keptKinds({ tenantId, retention, operations }: RetireContext): Kept[] {
  const { rawDays, itemsDays, emailEventsDays } = retention
  const kept = (kind: Kind, field: keyof Retention, days: number | undefined, prefix: string): Kept[] =>
    days === undefined ? [] : [{ kind, days, policy: `retention.${field}=${days}`, prefix }]
  return [
    ...kept('items', 'itemsDays', itemsDays, itemsPrefix(tenantId)),
    ...operations.flatMap((operation) => kept('raw', 'rawDays', rawDays, rawPrefix(operation, tenantId))),
    ...kept('email-events', 'emailEventsDays', emailEventsDays, emailEventsPrefix(tenantId)),
  ]
}

/** Keys come in the order of their dates, so what is kept is not listed. */
async function passedDates({ lake, now, signal }: RetireContext, { kind, days, prefix }: Kept): Promise<string[]> {
  const dates = new Set<string>()
  for await (const key of lake.list(prefix, { signal })) {
    const passed = expiredDates([dateOf(key) ?? 'unknown'], days, now)
    if (passed.length === 0) break
    for (const date of passed) dates.add(date)
  }
  return kind === 'raw' ? [...dates, 'unknown'] : [...dates]
}

function optionsFor(context: RetireContext, kept: Kept, date: string): RetireOptions {
  const { kind, days, policy } = kept
  const { fleetLake, lake, tenantId, now, signal } = context
  // Records without a date are as old as the listing that brought them.
  const listedDays = date === 'unknown' ? days : leastRawDays
  const span = { from: now - listedDays * dayMs, to: now + dayMs }
  return {
    signal,
    cause: () => ({ tenantId, at: now, by: 'retention', policy, reason: `older than ${days} days` }),
    permit: async () => {
      await requireNotHeld(fleetLake, tenantId, { signal })
      if (isUndatedRaw(kept, date)) await retireUndatedItems(context, kept)
      else if (kind === 'raw') await noteRetiredRaw(fleetLake, tenantId, utcDate(Date.parse(date) + dayMs), { signal })
    },
    ...(kind === 'raw' && { choose: (keys: readonly string[]) => unlistedSince(lake, { tenantId, keys, span }, { signal }) }),
  }
}

function isUndatedRaw({ kind }: Kept, date: string): boolean {
  return kind === 'raw' && date === 'unknown'
}

/** Items of records without a date have one file, which has no age of its own. It is made again from the raw that stays. */
async function retireUndatedItems({ fleetLake, lake, tenantId, now, signal }: RetireContext, { policy }: Kept): Promise<void> {
  const cause = { tenantId, at: now, by: 'retention', policy, reason: 'made of raw that is removed' }
  const permit = (): Promise<void> => requireNotHeld(fleetLake, tenantId, { signal })
  await retireObjects(lake, lake.list(itemsPrefix(tenantId, 'unknown'), { signal }), { cause: () => cause, permit, signal })
}
