import { parseTenantId } from '@mailtrail/core'
import { systemClock } from '@mailtrail/runtime'
import {
  type DeletionReport,
  type MeasuredKind,
  measureData,
  purgeTenant,
  readTenant,
  requirePurgeable,
  type TenantPlace,
} from '@mailtrail/tenants'
import { confirm } from '../ask.ts'
import { exitCodes } from '../exit-codes.ts'
import { openTenantLakes } from '../open-tenant-lakes.ts'
import { operatorName } from '../operator-name.ts'
import { createProgress, printData, printJson, say } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'
import { openRegistry } from './open-registry.ts'

export interface PurgeOptions {
  readonly reason: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly lake?: string
  readonly json?: boolean
}

/** Objects between two lines of progress where there is no terminal. */
const lineEvery = 10_000

/** Deletes what was collected of a removed tenant, and reports what is gone and what the store keeps. */
export async function runPurge(guid: string, options: PurgeOptions, setExitCode: SetExitCode): Promise<void> {
  const tenantId = parseTenantId(guid)
  await using fleetLake = await openRegistry(options.lake)
  const { displayName } = await readTenant(fleetLake, tenantId)
  await using lakes = openTenantLakes(fleetLake)
  const place = { fleetLake, lake: await lakes.open(tenantId), tenantId }
  await requirePurgeable(place, systemClock.now())
  const measured = options.dryRun || !options.yes ? await measure(place) : []
  if (options.dryRun) return options.json ? printJson({ tenantId, kinds: measured }) : printData(formatMeasured(measured).join('\n'))
  for (const line of formatMeasured(measured)) say(line)
  if (!options.yes) say(`All of this of ${displayName} is removed from ${place.lake.place} for good.`)
  await confirm(`Delete? Type the tenant’s name (${displayName}):`, displayName, options.yes ?? false)
  const report = await purge(place, options.reason)
  const kept = report.kinds.reduce((sum, { locked }) => sum + locked, 0)
  if (options.json) printJson(report)
  else printData(formatReport(report).join('\n'))
  if (kept === 0) return say(`Nothing collected of ${displayName} is left. Ledger, tombstones and history stay: docs/retention.md.`)
  say(`The store keeps ${kept} objects. Run this again when their lock has ended.`)
  setExitCode(exitCodes.partlyDone)
}

async function measure(place: TenantPlace): Promise<MeasuredKind[]> {
  const progress = createProgress(lineEvery)
  let objects = 0
  const onObject = (kind: string): void => progress.update(`Looking through ${kind}: ${++objects} objects`)
  return measureData(place, { now: systemClock.now(), onObject }).finally(() => progress.end())
}

async function purge(place: TenantPlace, reason: string): Promise<DeletionReport> {
  const progress = createProgress(lineEvery)
  let objects = 0
  const onObject = (kind: string): void => progress.update(`Removing ${kind}: ${++objects} objects`)
  return purgeTenant(place, { at: systemClock.now(), by: operatorName(), reason, onObject }).finally(() => progress.end())
}

function formatMeasured(kinds: readonly MeasuredKind[]): string[] {
  return kinds.map(({ kind, objects, bytes }) => `${kind.padEnd(14)}${count(objects, 'object')}, ${bytes} bytes`)
}

function formatReport({ kinds }: DeletionReport): string[] {
  return kinds.map(({ kind, removed, bytes, locked, lockedUntil }) => {
    const kept = locked === 0 ? '' : `; ${count(locked, 'object')} kept by a lock of the store${lockedUntil ? ` until ${lockedUntil}` : ''}`
    return `${kind.padEnd(14)}${count(removed, 'object')} removed, ${bytes} bytes${kept}`
  })
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}
