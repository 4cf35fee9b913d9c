import { parseTenantId } from '@mailtrail/core'
import { openLake } from '@mailtrail/lake'
import { loadLakeLocation, loadTenantSettings } from '@mailtrail/runtime'
import { addTenant, cloudOf, listTenants, readHistory, readTenant, recordHistory } from '@mailtrail/tenants'
import { type Command, InvalidArgumentError } from 'commander'
import { printData, printJson, say } from '../print.ts'
import { mailContentType } from '../read-coverage.ts'

interface AddOptions {
  readonly tenant: string
  readonly name: string
  readonly clientId: string
  readonly credential: string
  readonly cloud: string
  readonly windowMinutes: number
  readonly lake?: string
}

export function addTenantCommand(program: Command): void {
  const tenant = program.command('tenant').description('register the tenants to collect for')
  tenant
    .command('add')
    .description('register a tenant; collection begins with the window that holds this moment')
    .requiredOption('--tenant <guid>', "the client's tenant id")
    .requiredOption('--name <text>', 'display name')
    .requiredOption('--client-id <guid>', 'the app registration that reads the feed')
    .requiredOption('--credential <reference>', 'env:NAME or file:PATH of a client secret, or of a certificate with its key in PEM')
    .option('--cloud <name>', 'worldwide, gcc, gcc-high, dod, china, or one named in mailtrail.yaml', 'worldwide')
    .option('--window-minutes <number>', 'length of a window: 5, 10, 15, 20, 30 or 60', parseWindowMinutes, 10)
    .option('--lake <location>', 'where the registry is (default: MAILTRAIL_LAKE)')
    .action(runAdd)
  tenant
    .command('list')
    .description('list the registered tenants')
    .option('--lake <location>', 'where the registry is (default: MAILTRAIL_LAKE)')
    .option('--json', 'one JSON array')
    .action(runList)
  tenant
    .command('show')
    .description('show one tenant and its dated history')
    .argument('<guid>', 'tenant id')
    .option('--lake <location>', 'where the registry is (default: MAILTRAIL_LAKE)')
    .option('--json', 'one JSON object')
    .action(runShow)
}

async function runAdd({ tenant, name, clientId, credential, cloud, windowMinutes, ...options }: AddOptions): Promise<void> {
  await using lake = await openLake(loadLakeLocation(options.lake, process.env))
  const tenantId = parseTenantId(tenant)
  cloudOf(cloud, loadTenantSettings(process.env).clouds)
  await addTenant(lake, { tenantId, displayName: name, cloud, clientId, credentials: [credential], tags: [] })
  await recordHistory(lake, tenantId, { kind: 'added', at: Date.now(), contentTypes: [mailContentType], windowMinutes, backfill: true })
  say(
    `Added ${name} (${tenantId}). A running fleet starts its subscription within a minute of the first closed window; first data can take up to 12 hours.`,
  )
}

async function runList({ lake: location, json }: { lake?: string; json?: boolean }): Promise<void> {
  await using lake = await openLake(loadLakeLocation(location, process.env))
  const tenants = await Array.fromAsync(listTenants(lake))
  if (json) return printJson(tenants)
  if (tenants.length === 0) return say('No tenant is registered. Add one with: mailtrail tenant add')
  for (const { tenantId, cloud, displayName } of tenants) printData(`${tenantId}  ${cloud.padEnd(10)}  ${displayName}`)
}

async function runShow(guid: string, { lake: location, json }: { lake?: string; json?: boolean }): Promise<void> {
  await using lake = await openLake(loadLakeLocation(location, process.env))
  const tenantId = parseTenantId(guid)
  const tenant = await readTenant(lake, tenantId)
  const history = (await readHistory(lake, tenantId)).map((event) => ({ ...event, at: new Date(event.at).toISOString() }))
  if (json) return printJson({ ...tenant, history })
  printData(
    `${tenant.displayName}  ${tenantId}\ncloud ${tenant.cloud}  app ${tenant.clientId}  credentials ${tenant.credentials.join(', ')}`,
  )
  for (const { at, kind, ...rest } of history) printData(`${at}  ${kind}  ${JSON.stringify(rest)}`)
}

function parseWindowMinutes(text: string): number {
  const minutes = Number(text)
  if (![5, 10, 15, 20, 30, 60].includes(minutes)) throw new InvalidArgumentError('It is one of 5, 10, 15, 20, 30 and 60.')
  return minutes
}
