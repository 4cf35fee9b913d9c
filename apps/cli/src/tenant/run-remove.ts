import { dayMs, hourMs, parseTenantId } from '@mailtrail/core'
import { loadHorizonMs, loadTenantSettings, systemClock } from '@mailtrail/runtime'
import { openCollectionLog, readHistory, readTenant, removeTenant } from '@mailtrail/tenants'
import { confirm } from '../ask.ts'
import { readCoverage } from '../coverage/read-coverage.ts'
import { openTenantLakes } from '../open-tenant-lakes.ts'
import { printData, printJson, say } from '../print.ts'
import { formatHistory } from './format-history.ts'
import { openRegistry } from './open-registry.ts'
import { hoursByState, remainingPrefixes } from './remaining.ts'

export interface RemoveOptions {
  readonly yes?: boolean
  readonly lake?: string
  readonly json?: boolean
}

const reportedMs = 14 * dayMs

/** Ends the collection for good and says what is left. Evidence, registration and history stay. */
export async function runRemove(guid: string, { yes = false, json, ...options }: RemoveOptions): Promise<void> {
  const tenantId = parseTenantId(guid)
  await using fleetLake = await openRegistry(options.lake)
  const { displayName } = await readTenant(fleetLake, tenantId)
  if ((await openCollectionLog(fleetLake, tenantId)).state !== 'removed') {
    say(`Nothing more of ${displayName} will be listed or fetched, also not what is listed and waits: that stays a gap for ever.`)
    say('Microsoft forgets its feed after 7 days. What is in the lake stays there.')
    await confirm(`Remove? Type the tenant’s name (${displayName}):`, displayName, yes)
  }
  const now = systemClock.now()
  const before = await removeTenant(fleetLake, tenantId, { now })
  await using lakes = openTenantLakes(fleetLake)
  const lake = await lakes.open(tenantId)
  const to = Math.floor(now / hourMs) * hourMs
  const horizonMs = loadHorizonMs(process.env)
  const hours = hoursByState(await readCoverage(fleetLake, tenantId, { from: to - reportedMs, to }, { horizonMs }))
  const remaining = await remainingPrefixes(lake, tenantId, Object.values(loadTenantSettings(process.env).routes).flat())
  const history = await readHistory(fleetLake, tenantId)
  say(before === 'removed' ? `${displayName} was removed already.` : `${displayName} is removed.`)
  if (json) return printJson({ tenantId, state: 'removed', before, coverageHours: hours, place: lake.place, remaining, history })
  printData(
    [
      `Coverage of the ${reportedMs / dayMs} days before, in hours: ${Object.entries(hours)
        .map((entry) => entry.join(' '))
        .join(', ')}`,
      `What remains in ${lake.place}:`,
      ...(remaining.length === 0 ? ['  nothing was collected'] : remaining.map((prefix) => `  ${prefix}`)),
      'History:',
      ...formatHistory(history).map((line) => `  ${line}`),
    ].join('\n'),
  )
}
