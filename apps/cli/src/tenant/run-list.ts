import { MailtrailError, mapConcurrently, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { listTenantIds, openCollectionLog, readTenant, type Tenant } from '@mailtrail/tenants'
import { exitCodes } from '../exit-codes.ts'
import { createProgressBar, printData, printJson, say } from '../print.ts'
import type { SetExitCode } from '../run-command-line.ts'
import { openRegistry } from './open-registry.ts'

export interface ListOptions {
  readonly tag?: string
  readonly limit?: number
  readonly offset: number
  readonly lake?: string
  readonly json?: boolean
}

/** A registered tenant, or why its registration cannot be read. */
type Listed = { readonly tenantId: TenantId; readonly fault?: string } & Partial<Tenant>

const readsAtOnce = 32

export async function runList({ tag, limit, offset, ...options }: ListOptions, setExitCode: SetExitCode): Promise<void> {
  await using lake = await openRegistry(options.lake)
  const ids = await Array.fromAsync(listTenantIds(lake))
  const end = offset + (limit ?? Number.POSITIVE_INFINITY)
  // With a tag every registration has to be opened to know whom it is about; the states are needed of the page alone.
  const isAsked = ({ tags, fault }: Listed): boolean => tag === undefined || fault !== undefined || tags?.includes(tag) === true
  const found = (await readAll(tag === undefined ? ids.slice(offset, end) : ids, (id) => readListed(lake, id))).filter(isAsked)
  const page = tag === undefined ? found : found.slice(offset, end)
  const rows = await readAll(page, async (tenant) => ({ ...tenant, state: (await openCollectionLog(lake, tenant.tenantId)).state }))
  if (options.json) printJson(rows)
  else for (const row of rows) printData(formatRow(row))
  const total = tag === undefined ? ids.length : found.length
  if (ids.length === 0) say('No tenant is registered. Add one with: mailtrail tenant add')
  else if (rows.length < total) say(`${rows.length} of ${total} tenants, from the ${offset + 1}. on.`)
  if (rows.some(({ fault }) => fault !== undefined)) setExitCode(exitCodes.partlyDone)
}

async function readAll<Item, Result>(items: readonly Item[], read: (item: Item) => Promise<Result>): Promise<Result[]> {
  const bar = createProgressBar('Reading tenants')
  try {
    return await mapConcurrently(items, { limit: readsAtOnce }, async (item) => {
      const result = await read(item)
      bar.step(items.length)
      return result
    })
  } finally {
    bar.end()
  }
}

async function readListed(lake: ObjectStore, tenantId: TenantId): Promise<Listed> {
  try {
    return await readTenant(lake, tenantId)
  } catch (error) {
    if (error instanceof MailtrailError) return { tenantId, fault: error.message }
    throw error
  }
}

function formatRow({ tenantId, state, cloud = '', tags = [], displayName = '', fault }: Listed & { readonly state: string }): string {
  if (fault !== undefined) return `${tenantId}  ${'unreadable'.padEnd(10)}  ${fault}`
  return `${tenantId}  ${state.padEnd(10)}  ${cloud.padEnd(10)}  ${displayName}${tags.length > 0 ? `  [${tags.join(', ')}]` : ''}`
}
