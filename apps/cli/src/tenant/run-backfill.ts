import { isoSeconds, minuteMs, parseTenantId } from '@mailtrail/core'
import { systemClock } from '@mailtrail/runtime'
import { requestBackfill } from '@mailtrail/tenants'
import { parseTime } from '../parse-time.ts'
import { printJson, say } from '../print.ts'
import { openRegistry } from './open-registry.ts'

export interface BackfillOptions {
  readonly tenant: string
  readonly from: string
  readonly to?: string
  readonly priority?: boolean
  readonly lake?: string
  readonly json?: boolean
}

export async function runBackfill({ tenant, priority = false, json, ...options }: BackfillOptions): Promise<void> {
  const now = systemClock.now()
  const from = parseTime(options.from)
  const to = options.to === undefined ? now : parseTime(options.to)
  const tenantId = parseTenantId(tenant)
  await using lake = await openRegistry(options.lake)
  const span = await requestBackfill(lake, tenantId, { now, from, to, priority })
  if (span.from - from >= minuteMs) {
    say(`Before ${isoSeconds(span.from)} nothing can be listed any more: Microsoft keeps its feed for 7 days. That part is left out.`)
  }
  say(
    `What became available from ${isoSeconds(span.from)} to ${isoSeconds(span.to)} is listed and fetched by a running fleet within minutes,`,
  )
  say(
    `${priority ? 'before everything else of the tenant' : 'behind what is fresh'}. See how far it is with: mailtrail coverage --tenant ${tenantId} --from … --to …`,
  )
  if (json) printJson({ tenantId, from: isoSeconds(span.from), to: isoSeconds(span.to), priority })
}
