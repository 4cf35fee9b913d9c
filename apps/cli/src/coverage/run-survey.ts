import { dayMs, utcDate } from '@mailtrail/core'
import { loadHorizonMs, systemClock } from '@mailtrail/runtime'
import { listTenantIds } from '@mailtrail/tenants'
import { exitCodes } from '../exit-codes.ts'
import { openTenantLakes } from '../open-tenant-lakes.ts'
import { parseDays } from '../parse-days.ts'
import { createProgressBar, printData, printJson, say } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'
import { openRegistry } from '../tenant/open-registry.ts'
import { renderSurvey, surveyJson } from './render-survey.ts'
import { surveyTenants } from './survey-tenants.ts'

export interface SurveyCommandOptions {
  readonly from?: string
  readonly to?: string
  readonly lake?: string
  readonly json?: boolean
}

const defaultDays = 30

/** Whole days of all tenants. */
export async function runSurvey({ from, to, lake: location, json }: SurveyCommandOptions, setExitCode: SetExitCode): Promise<void> {
  const today = Math.floor(systemClock.now() / dayMs) * dayMs
  const range = parseDays({ from, to }, { to: today, from: (end) => end - defaultDays * dayMs })
  await using fleetLake = await openRegistry(location)
  await using lakes = openTenantLakes(fleetLake)
  const tenantIds = await Array.fromAsync(listTenantIds(fleetLake))
  const bar = createProgressBar('Reading folds')
  const onTenant = (): void => bar.step(tenantIds.length)
  const options = { horizonMs: loadHorizonMs(process.env), onTenant }
  const surveys = await surveyTenants({ fleetLake, lakes }, tenantIds, range, options).finally(() => bar.end())
  const [first, after] = [utcDate(range.from), utcDate(range.to)]
  say(`Days of event time from ${first} up to before ${after}, by the folds of each ledger. mailtrail coverage --tenant tells by the hour.`)
  if (json) printJson(surveyJson(first, after, surveys))
  else printData(renderSurvey(surveys))
  if (surveys.some(({ fault }) => fault)) setExitCode(exitCodes.partlyDone)
  else if (surveys.some(({ gaps, open }) => gaps.length + open.length > 0)) setExitCode(exitCodes.incomplete)
}
