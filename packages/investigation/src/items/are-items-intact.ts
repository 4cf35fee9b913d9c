import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Abortable } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { fetchItems } from './fetch-items.ts'
import { isSealIntact } from './seal-items.ts'

/** Whether every byte of an items file in the lake is as it was written. One that is not there is. */
export async function areItemsIntact(lake: ObjectStore, key: string, options?: Abortable): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-items-'))
  try {
    const path = join(folder, 'items.parquet')
    const found = await fetchItems(lake, key, async () => path, options)
    return found === undefined || (await isSealIntact(path))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
