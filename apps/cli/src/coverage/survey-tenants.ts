import {
  type Abortable,
  type DayOutlook,
  dayMs,
  dayOutlook,
  type Interval,
  MailtrailError,
  mailContentType,
  mapConcurrently,
  type TenantId,
  utcDate,
  windowsOver,
} from '@mailtrail/core'
import { type ObjectStore, readFoldHeads } from '@mailtrail/lake'
import { readRetiredRaw, type TenantLakes } from '@mailtrail/tenants'

/** What the folds of a tenant's ledger tell of some days. */
export interface TenantSurvey {
  readonly tenantId: TenantId
  readonly whole: number
  readonly gaps: readonly DayOutlook[]
  /** Dates that are not folded, or not late enough for a verdict. */
  readonly open: readonly string[]
  /** ISO time when the first content that may still be fetched expires. */
  readonly nextExpiry: string | null
  /** Why nothing can be told: a code and what it says. */
  readonly fault?: { readonly code: string; readonly message: string }
}

export interface SurveyOptions extends Abortable {
  readonly horizonMs: number
  /** Called as each tenant is done. */
  readonly onTenant: () => void
}

/** Enough to hide a store's latency; each holds the heads of its days, some KiB each. */
const tenantsAtOnce = 32

/** The days of `range` in event time of many tenants, from the heads of folds alone: no entry is listed or read. */
export async function surveyTenants(
  { fleetLake, lakes }: { readonly fleetLake: ObjectStore; readonly lakes: Pick<TenantLakes, 'open'> },
  tenantIds: readonly TenantId[],
  range: Interval,
  { horizonMs, onTenant, ...options }: SurveyOptions,
): Promise<TenantSurvey[]> {
  return mapConcurrently(tenantIds, { limit: tenantsAtOnce, ...options }, async (tenantId, signal) => {
    try {
      const lake = await lakes.open(tenantId, { signal })
      const retiredBefore = (await readRetiredRaw(fleetLake, tenantId, { signal })) ?? ''
      return await surveyTenant(lake, tenantId, { range, horizonMs, retiredBefore }, { signal })
    } catch (error) {
      if (!(error instanceof MailtrailError)) throw error
      const { code, message } = error
      return { tenantId, whole: 0, gaps: [], open: datesOf(range), nextExpiry: null, fault: { code, message } }
    } finally {
      onTenant()
    }
  })
}

interface Asked {
  readonly range: Interval
  readonly horizonMs: number
  /** Raw of event dates before it was removed. */
  readonly retiredBefore: string
}

async function surveyTenant(lake: ObjectStore, tenantId: TenantId, asked: Asked, options: Abortable): Promise<TenantSurvey> {
  const { range, horizonMs, retiredBefore } = asked
  // What became available up to the horizon after a day may concern it.
  const dates = datesOf({ from: range.from, to: range.to + horizonMs })
  const summaries = await readFoldHeads(lake, tenantId, { contentType: mailContentType, dates }, options)
  const days = datesOf(range).map((date): DayOutlook => {
    return date < retiredBefore ? { date, outlook: 'gap', cause: 'outside' } : dayOutlook(date, summaries)
  })
  const of = (outlook: DayOutlook['outlook']): DayOutlook[] => days.filter((day) => day.outlook === outlook)
  const expiries = [...summaries.values()].flatMap(({ nextExpiry }) => nextExpiry ?? [])
  return {
    tenantId,
    whole: of('whole').length,
    gaps: of('gap'),
    open: of('open').map(({ date }) => date),
    nextExpiry: expiries.sort()[0] ?? null,
  }
}

function datesOf(range: Interval): string[] {
  return Array.from(windowsOver(range, dayMs), ({ from }) => utcDate(from))
}
