import { parseTenantId } from '@mailtrail/core'
import { systemClock } from '@mailtrail/runtime'
import { liftLegalHold, readTenant, setLegalHold } from '@mailtrail/tenants'
import { operatorName } from '../operator-name.ts'
import { printJson, say } from '../print.ts'
import { openRegistry } from './open-registry.ts'

export interface HoldOptions {
  readonly reason: string
  readonly lake?: string
  readonly json?: boolean
}

export async function runHold(guid: string, { reason, json, ...options }: HoldOptions): Promise<void> {
  const tenantId = parseTenantId(guid)
  await using lake = await openRegistry(options.lake)
  const { displayName, legalHold } = await setLegalHold(lake, tenantId, { at: systemClock.now(), by: operatorName(), reason })
  say(`${displayName} is under legal hold since ${legalHold?.since} (${legalHold?.reason}): nothing of it is removed.`)
  if (json) printJson({ tenantId, legalHold })
}

export async function runRelease(guid: string, { reason, json, ...options }: HoldOptions): Promise<void> {
  const tenantId = parseTenantId(guid)
  await using lake = await openRegistry(options.lake)
  const { displayName } = await readTenant(lake, tenantId)
  const wasHeld = await liftLegalHold(lake, tenantId, { at: systemClock.now(), by: operatorName(), reason })
  say(
    wasHeld
      ? `${displayName} is held no longer. What is past its retention goes within a day.`
      : `${displayName} was not under legal hold.`,
  )
  if (json) printJson({ tenantId, wasHeld })
}
