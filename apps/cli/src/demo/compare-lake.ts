import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { parseTenantId, recordDigest } from '@mailtrail/core'
import { type ObjectStore, rawPrefix, unpackObject } from '@mailtrail/lake'
import type { Truth } from './truth.ts'

const layout = [
  /^raw\/operation=[A-Za-z]+\/tenant=[0-9a-f-]{36}\/date=(\d{4}-\d\d-\d\d|unknown)\/[0-9a-f]{64}(-part[1-9]\d*)?(~[0-9a-f]{16})?\.ndjson\.(gz|zst)$/,
  /^items\/tenant=[0-9a-f-]{36}\/date=(\d{4}-\d\d-\d\d|unknown)\/items\.parquet$/,
  /^ledger\/tenant=[0-9a-f-]{36}\/date=\d{4}-\d\d-\d\d\/[A-Za-z.]+\/\d{8}T\d{6}Z-\d{8}T\d{6}Z\.(listed|seal|sweep-(1h|6h|24h|settle|last)|repair-\d+)\.ndjson$/,
  /^ledger\/tenant=[0-9a-f-]{36}\/date=\d{4}-\d\d-\d\d\/[A-Za-z.]+\/fold-[123]\.ndjson\.gz$/,
  /^alerts\/tenant=[0-9a-f-]{36}\/date=\d{4}-\d\d-\d\d\/[0-9a-f]{32}(\.[a-z0-9-]+\.delivered)?\.json$/,
  /^quarantine\/tenant=[0-9a-f-]{36}\/[0-9a-f]{64}\.(\d+\.bin|body|json)$/,
  /^dead-letters\/tenant=[0-9a-f-]{36}\/(contents|windows|alerts|compactions)\/[0-9a-f]{32}(\.[1-9]\d*)?\.json$/,
  /^control\/dead-letters\/jobs\/[0-9a-f]{32}(\.[1-9]\d*)?\.json$/,
  /^tombstones\/tenant=[0-9a-f-]{36}\/date=\d{4}-\d\d-\d\d\/[0-9a-f]{64}\.ndjson$/,
  /^email-events\/tenant=[0-9a-f-]{36}\/date=\d{4}-\d\d-\d\d\/[0-9a-f]{64}\.ndjson\.gz$/,
  /^imports\/tenant=[0-9a-f-]{36}\/[0-9a-f]{64}\.ndjson$/,
  /^control\/(operations\/[A-Za-z.%0-9-]+|retention\/[0-9a-f-]{36})\.json$/,
  /^control\/deletions\/[0-9a-f-]{36}\/[0-9TZ.-]+\.json$/,
  /^control\/tenants\/[0-9a-f-]{36}(\.json|\/history\/[0-9TZ.-]+-[A-Za-z.-]+\.json)$/,
]

/**
 * Whether the lake holds exactly what the service offered: for each tenant the same set of record ids and digests, and no object outside
 * the layout.
 *
 * @returns a line a difference
 */
export async function compareLake(lake: ObjectStore, truth: Truth): Promise<string[]> {
  const differences: string[] = []
  for await (const key of lake.list('')) {
    if (!layout.some((pattern) => pattern.test(key))) differences.push(`lake: ${key} is not of the layout`)
  }
  for (const [tenantId, { records }] of Object.entries(truth.tenants)) {
    const expected = new Set(records.map(({ id, sha256 }) => `${id} ${sha256}`))
    const stored = await storedRecords(lake, tenantId)
    for (const record of expected) if (!stored.has(record)) differences.push(`lake: tenant ${tenantId} lacks record ${record}`)
    for (const record of stored)
      if (!expected.has(record)) differences.push(`lake: tenant ${tenantId} has record ${record}, which was not offered`)
  }
  return differences
}

async function storedRecords(lake: ObjectStore, tenantId: string): Promise<Set<string>> {
  const records = new Set<string>()
  for await (const key of lake.list(rawPrefix('MailItemsAccessed', parseTenantId(tenantId)))) {
    const lines = createInterface({ input: Readable.from(unpackObject(lake, key)) })
    for await (const line of lines) records.add(`${JSON.parse(line).Id} ${recordDigest(line)}`)
  }
  return records
}
