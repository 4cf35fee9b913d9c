import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type CollectionPeriod,
  dayMs,
  defaultHorizonMs,
  eachConcurrently,
  entryName,
  evidenceSpan,
  formatLedgerEntry,
  type LedgerEntry,
  lastFold,
  MailtrailError,
  mailContentType,
  minuteMs,
  parseTenantId,
  summariseDay,
  type TenantId,
  utcDate,
} from '@mailtrail/core'
import { createFolderStore, foldDay, foldKey, formatFold, readLedger, writeLedgerEntry } from '@mailtrail/lake'
import { surveyTenants } from '../../coverage/survey-tenants.ts'
import type { BenchPlace, BenchResult } from '../bench-result.ts'
import { inSeconds, timed } from '../timed.ts'
import { syntheticLedgerDay, syntheticWindow } from './synthetic-ledger.ts'

export interface LedgerSize {
  /** Of the one tenant whose ledger is read. */
  readonly days: number
  /** Of whom many days are surveyed. */
  readonly tenants: number
  readonly surveyedDays: number
}

const firstDay = Date.UTC(2024, 2, 1)
/** Days whose entries lie beside their first fold, and were not folded at all. */
const [foldedOnce, unfolded] = [5, 1]
const writesAtOnce = 32
const period: CollectionPeriod = {
  from: 0,
  to: Number.POSITIVE_INFINITY,
  contentType: mailContentType,
  windowMs: 10 * minuteMs,
  lane: 'live',
  since: 0,
}

/** The ledger of one tenant, read as coverage reads it, and the days of many tenants told from their folds. */
export async function measureLedger(place: BenchPlace, size: LedgerSize): Promise<BenchResult[]> {
  return [await measureReading(place, size), await measureSurvey(place, size)]
}

async function measureReading({ folder, onStep, signal }: BenchPlace, { days }: LedgerSize): Promise<BenchResult> {
  const root = join(folder, 'one')
  const lake = createFolderStore(root)
  const tenantId = parseTenantId('0be4c4ba-0000-4000-8000-000000000003')
  const range = { from: firstDay, to: firstDay + days * dayMs }
  const { from, to } = evidenceSpan(range, defaultHorizonMs)
  onStep(`Writing the ledger of a tenant over ${days} days`)
  for (let day = from; day < to; day += dayMs) {
    const entries = syntheticLedgerDay(tenantId, day)
    if (day < to - (foldedOnce + unfolded) * dayMs) await writeFold(root, entries, { tenantId, day, fold: lastFold })
    else await eachConcurrently(entries, { limit: writesAtOnce, signal }, async (entry) => void (await writeLedgerEntry(lake, entry)))
  }
  for (let day = to - (foldedOnce + unfolded) * dayMs; day < to - unfolded * dayMs; day += dayMs) {
    const target = { tenantId, contentType: mailContentType, date: utcDate(day), fold: 1 }
    await foldDay(lake, target, { periods: [period], coverage: null }, { signal })
  }
  onStep('Reading it')
  const { value: entries, seconds } = await timed(() => readLedger(lake, tenantId, evidenceSpan(range, defaultHorizonMs), { signal }))
  if (entries.length < (days * dayMs) / period.windowMs) throw differs(`${entries.length} entries of ${days} days`)
  return {
    name: `reading the ledger of a tenant for ${days} days of coverage`,
    ...inSeconds(seconds),
    ratio: null,
    goal: '< 1 s',
    holds: seconds < 1,
  }
}

async function measureSurvey({ folder, onStep, signal }: BenchPlace, { tenants, surveyedDays }: LedgerSize): Promise<BenchResult> {
  const root = join(folder, 'many')
  const tenantIds = Array.from({ length: tenants }, (_, index) =>
    parseTenantId(`0be4c4ba-0000-4000-8000-${String(index).padStart(12, '0')}`),
  )
  onStep(`Writing the folds of ${tenants} tenants and ${surveyedDays} days`)
  await eachConcurrently(tenantIds, { limit: writesAtOnce, signal }, async (tenantId) => {
    for (let day = 0; day < surveyedDays; day += 1) {
      // Of one window alone: nobody reads more than the head.
      const from = firstDay + day * dayMs
      await writeFold(root, syntheticWindow(tenantId, from), {
        tenantId,
        day: from,
        fold: surveyedDays - day > 7 ? lastFold : 1,
      })
    }
  })
  onStep('Telling the days of all tenants')
  const lake = createFolderStore(root)
  const lakes = { open: async () => lake }
  const range = { from: firstDay, to: firstDay + surveyedDays * dayMs }
  const options = { horizonMs: defaultHorizonMs, onTenant: () => {}, signal }
  const { value: surveys, seconds } = await timed(() => surveyTenants({ fleetLake: lake, lakes }, tenantIds, range, options))
  if (surveys.some(({ fault }) => fault)) throw differs('an unreadable fold')
  return {
    name: `telling ${surveyedDays} days of ${tenants} tenants by their folds`,
    ...inSeconds(seconds),
    ratio: null,
    goal: '< 60 s',
    holds: seconds < 60,
  }
}

/** As the compactor would have left it, without waiting for the disk. */
async function writeFold(
  root: string,
  entries: readonly LedgerEntry[],
  { tenantId, day, fold }: { readonly tenantId: TenantId; readonly day: number; readonly fold: number },
): Promise<void> {
  const parts = entries.map((entry) => ({
    name: entryName(entry, entry.entry).slice(mailContentType.length + 1),
    bytes: Buffer.from(formatLedgerEntry(entry)),
  }))
  const place = { tenantId, contentType: mailContentType, date: utcDate(day), fold }
  const coverage = fold === lastFold ? { horizonHours: 72, states: [{ hour: 0, state: 'settled' as const }] } : null
  const chain = { previous: [], replaces: [] }
  const bytes = await formatFold({ schema: 1, ...place, ...summariseDay(entries, day, [period]), coverage, ...chain }, parts, [])
  const path = join(root, foldKey(tenantId, place.date, mailContentType, fold))
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
}

function differs(what: string): MailtrailError {
  return new MailtrailError('BENCH_FAILED', `The bench found ${what} in what it wrote: what was measured is worth nothing.`)
}
