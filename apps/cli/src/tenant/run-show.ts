import { parseTenantId, type Retention } from '@mailtrail/core'
import { openCollectionLog, readHistory, readTenant, type Tenant } from '@mailtrail/tenants'
import { printData, printJson } from '../print.ts'
import { formatHistory } from './format-history.ts'
import { openRegistry } from './open-registry.ts'

export interface ShowOptions {
  readonly lake?: string
  readonly json?: boolean
}

export async function runShow(guid: string, { lake: location, json }: ShowOptions): Promise<void> {
  await using lake = await openRegistry(location)
  const tenantId = parseTenantId(guid)
  const tenant = await readTenant(lake, tenantId)
  const { state, settings } = await openCollectionLog(lake, tenantId)
  const history = await readHistory(lake, tenantId)
  if (json) {
    return printJson({
      ...tenant,
      state,
      ...settings,
      history: history.map((event) => ({ ...event, at: new Date(event.at).toISOString() })),
    })
  }
  const collected = settings ? [`collects ${settings.contentTypes.join(', ')} by windows of ${settings.windowMinutes} minutes`] : []
  printData([`${tenant.displayName}  ${tenantId}  ${state}`, ...fieldLines(tenant), ...collected, ...formatHistory(history)].join('\n'))
}

function fieldLines(tenant: Tenant): string[] {
  const fields: Readonly<Record<string, string | number | undefined>> = {
    cloud: tenant.cloud,
    app: tenant.clientId ?? 'the fleet’s',
    // A sealed credential is long, and says nothing to a reader.
    credentials: tenant.credentials.map((reference) => reference.replace(/^(sealed:v1:).+/, '$1…')).join(', '),
    publisher: tenant.publisherId,
    tags: tenant.tags.join(', '),
    lake: tenant.lake,
    'retention in days': formatRetention(tenant.retention),
    'legal hold': tenant.legalHold && `since ${tenant.legalHold.since} by ${tenant.legalHold.by}: ${tenant.legalHold.reason}`,
    destinations: tenant.destinations?.join(', '),
    'requests a minute': tenant.requestsPerMinute,
  }
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [`${name.padEnd(18)}${value}`]))
}

function formatRetention(retention: Retention = {}): string {
  return Object.entries({ raw: retention.rawDays, items: retention.itemsDays, 'email-events': retention.emailEventsDays })
    .flatMap(([kind, days]) => (days === undefined ? [] : [`${kind} ${days}`]))
    .join(', ')
}
