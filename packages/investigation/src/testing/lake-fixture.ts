import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { eventDate, parseTenantId, type TenantId, utcDate } from '@mailtrail/core'
import { createFolderStore, emailEventsKey, type ObjectStore, rawKey, variantKey } from '@mailtrail/lake'

export const tenantId: TenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
export const otherTenantId: TenantId = parseTenantId('99999999-2222-4333-8444-555555555555')

export type Json = Readonly<Record<string, unknown>>

/** A folder lake for one test, and short ways to put evidence into it. */
export interface LakeFixture extends AsyncDisposable {
  readonly lake: ObjectStore
  /** For copies of items. */
  readonly cacheFolder: string
  /** Records of one content, sorted into their dates. */
  putRecords(
    records: readonly (Json | string)[],
    options?: { readonly content?: string; readonly tenant?: TenantId; readonly variant?: string },
  ): Promise<void>
  putEmailEvents(rows: readonly (Json | string)[], options?: { readonly name?: string; readonly tenant?: TenantId }): Promise<void>
}

export async function createLakeFixture(): Promise<LakeFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-lake-'))
  const lake = createFolderStore(join(folder, 'lake'))
  let contents = 0
  return {
    lake,
    cacheFolder: join(folder, 'cache'),
    async putRecords(records, { content = `content-${++contents}`, tenant = tenantId, variant } = {}) {
      for (const [date, lines] of Map.groupBy(records, dateOf)) {
        const key = rawKey('MailItemsAccessed', tenant, date, content)
        await lake.create(variant === undefined ? key : variantKey(key, variant), pack(lines))
      }
    },
    async putEmailEvents(rows, { name = `export-${++contents}`, tenant = tenantId } = {}) {
      await lake.create(emailEventsKey(tenant, utcDate(Date.UTC(2024, 2, 14)), name), pack(rows))
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

function dateOf(record: Json | string): string {
  return eventDate(typeof record === 'string' ? JSON.parse(record).CreationTime : record.CreationTime)
}

function pack(lines: readonly (Json | string)[]): Uint8Array {
  return gzipSync(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''))
}
