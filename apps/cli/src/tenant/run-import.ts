import { readFile, writeFile } from 'node:fs/promises'
import { MailtrailError } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { loadTenantSettings, systemClock } from '@mailtrail/runtime'
import { applyImport, formatPlan, formatResults, type ImportPlan, type PlannedRow, parsePlan, planImport } from '@mailtrail/tenants'
import { exitCodes } from '../exit-codes.ts'
import { createProgressBar, printData, printJson, say } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'
import { openRegistry } from './open-registry.ts'

export interface ApplyOptions {
  readonly lake?: string
  readonly json?: boolean
}

export interface ImportOptions extends ApplyOptions {
  readonly dryRun?: boolean
  readonly backfill: boolean
}

/** How many rows are shown one by one; the file has them all. */
const shownRows = 20

/** Compares a list of clients with the registry; brings the difference about, or with `--dry-run` writes it down. */
export async function runImport(file: string, { dryRun, backfill, ...options }: ImportOptions, setExitCode: SetExitCode): Promise<void> {
  await using lake = await openRegistry(options.lake)
  const list = await readInput(file)
  const bar = createProgressBar('Comparing')
  const settings = { fleet: loadTenantSettings(process.env), now: systemClock.now(), backfill, onRow: bar.step }
  const plan = await planImport(lake, list, settings).finally(() => bar.end())
  if (dryRun) return keepPlan(plan, file.replace(/\.csv$/i, '.plan.json'), options, setExitCode)
  return applyPlan(lake, plan, file.replace(/\.csv$/i, ''), options, setExitCode)
}

export async function runApply(file: string, options: ApplyOptions, setExitCode: SetExitCode): Promise<void> {
  await using lake = await openRegistry(options.lake)
  const plan = parsePlan((await readInput(file)).toString())
  await applyPlan(lake, plan, file.replace(/(\.plan)?\.json$/, ''), options, setExitCode)
}

async function keepPlan(plan: ImportPlan, path: string, { json }: ApplyOptions, setExitCode: SetExitCode): Promise<void> {
  // Only the owner may read it: references to credentials stand in it, sealed ones too.
  await writeFile(path, formatPlan(plan), { mode: 0o600 })
  const counts = countBy(plan.rows.map(({ action }) => action))
  if (json) printJson({ plan: path, id: plan.id, sha256: plan.sha256, counts, rows: plan.rows.map(decisionOf) })
  else printRows(plan.rows.filter(({ action }) => action !== 'unchanged').map(formatRow), path)
  say(`Plan ${plan.id}: ${formatCounts(counts)}. Nothing was changed. Apply it with: mailtrail tenant apply ${path}`)
  if (counts.invalid) setExitCode(exitCodes.partlyDone)
}

async function applyPlan(
  lake: ObjectStore,
  plan: ImportPlan,
  name: string,
  { json }: ApplyOptions,
  setExitCode: SetExitCode,
): Promise<void> {
  const bar = createProgressBar('Importing')
  const results = await applyImport(lake, plan, { now: systemClock.now(), onRow: bar.step }).finally(() => bar.end())
  const path = `${name}.results.csv`
  await writeFile(path, formatResults(results))
  const counts = countBy(results.map(({ result }) => result))
  if (json) printJson({ results: path, counts, rows: results })
  else
    printRows(
      results.filter(({ result }) => result === 'failed').map((row) => formatRow({ ...row, action: row.result })),
      path,
    )
  say(`${formatCounts(counts)}. Row by row: ${path}`)
  if (counts.failed) setExitCode(exitCodes.partlyDone)
}

async function readInput(file: string): Promise<Buffer> {
  return readFile(file).catch((cause: unknown) => {
    throw new MailtrailError('EXPORT_MISSING', `The file ${file} is not there, or cannot be read.`, { cause })
  })
}

function decisionOf({ line, tenantId, action, reasons }: PlannedRow): Pick<PlannedRow, 'line' | 'tenantId' | 'action' | 'reasons'> {
  return { line, tenantId, action, reasons }
}

interface ShownRow {
  readonly line: number
  readonly tenantId: string | null
  readonly action: string
  readonly reasons: readonly string[]
}

function formatRow({ line, tenantId, action, reasons }: ShownRow): string {
  return [`line ${line}`.padEnd(10), action.padEnd(8), tenantId ?? '', reasons.join('; ')].join('  ').trimEnd()
}

function printRows(rows: readonly string[], path: string): void {
  for (const row of rows.slice(0, shownRows)) printData(row)
  if (rows.length > shownRows) say(`… and ${rows.length - shownRows} more rows, all in ${path}`)
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function formatCounts(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([name, count]) => `${count} ${name}`)
  return parts.length === 0 ? 'The list has no rows' : parts.join(', ')
}
