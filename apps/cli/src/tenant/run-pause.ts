import { parseTenantId } from '@mailtrail/core'
import { systemClock } from '@mailtrail/runtime'
import { openCollectionLog, pauseTenant, readTenant, resumeTenant } from '@mailtrail/tenants'
import { confirm } from '../ask.ts'
import { printJson, say } from '../print.ts'
import { openRegistry } from './open-registry.ts'

export interface PauseOptions {
  readonly yes?: boolean
  readonly lake?: string
  readonly json?: boolean
}

export interface ResumeOptions {
  readonly backfill: boolean
  readonly lake?: string
  readonly json?: boolean
}

export async function runPause(guid: string, { yes = false, json, ...options }: PauseOptions): Promise<void> {
  const tenantId = parseTenantId(guid)
  await using lake = await openRegistry(options.lake)
  const { displayName } = await readTenant(lake, tenantId)
  if ((await openCollectionLog(lake, tenantId)).state === 'active') {
    say(`Windows of ${displayName} that begin from now on will not be collected. Microsoft keeps them for 7 days: what is not`)
    say('collected by then, after mailtrail tenant resume, is lost for ever.')
    await confirm('Pause? Type yes:', 'yes', yes)
  }
  const before = await pauseTenant(lake, tenantId, { now: systemClock.now() })
  say(before === 'paused' ? `${displayName} was paused already.` : `${displayName} is paused.`)
  if (json) printJson({ tenantId, state: 'paused', before })
}

export async function runResume(guid: string, { backfill, json, ...options }: ResumeOptions): Promise<void> {
  const tenantId = parseTenantId(guid)
  await using lake = await openRegistry(options.lake)
  const { displayName } = await readTenant(lake, tenantId)
  const before = await resumeTenant(lake, tenantId, { now: systemClock.now(), backfill })
  const rest = backfill ? 'what Microsoft still lists from the pause is collected too' : 'the pause stays a gap'
  say(before === 'active' ? `${displayName} was not paused.` : `${displayName} is collected again; ${rest}.`)
  if (json) printJson({ tenantId, state: 'active', before })
}
