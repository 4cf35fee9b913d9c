import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { formatLedgerEntry, minuteMs, type TenantId } from '@mailtrail/core'
import { ledgerKey } from '@mailtrail/lake'
import type { WaitingContents } from '@mailtrail/queues'
import { syntheticWindow } from '../lake/synthetic-ledger.ts'

export interface WindowsOf {
  readonly tenantId: TenantId
  readonly contents: number
  readonly contentsPerWindow: number
}

const windowMs = 10 * minuteMs

/** Writes the listings of the last windows of a tenant to a folder lake, and returns what is to be offered of them. */
export async function storeWindows(root: string, { tenantId, contents, contentsPerWindow }: WindowsOf): Promise<WaitingContents[]> {
  const windows = Math.ceil(contents / contentsPerWindow)
  const last = Math.floor(Date.now() / windowMs) * windowMs
  const offers: WaitingContents[] = []
  for (let index = 0; index < windows; index += 1) {
    const total = Math.min(contentsPerWindow, contents - index * contentsPerWindow)
    const [listed] = syntheticWindow(tenantId, last - (windows - index) * windowMs, total)
    const entryKey = ledgerKey(tenantId, listed, 'listed')
    const path = join(root, entryKey)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, formatLedgerEntry(listed))
    offers.push({ tenantId, entryKey, total, expiration: listed.contents[0]?.expiration ?? 0, lane: 'live' })
  }
  return offers
}
