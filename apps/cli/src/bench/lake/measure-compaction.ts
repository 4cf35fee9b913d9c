import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { dayMs, parseTenantId, utcDate } from '@mailtrail/core'
import { createFolderStore } from '@mailtrail/lake'
import type { BenchPlace, BenchResult } from '../bench-result.ts'
import { runAlone } from '../run-alone.ts'
import { inSeconds } from '../timed.ts'
import { compactedSchema } from './compact-alone.ts'
import { storeAccesses } from './store-accesses.ts'

export interface CompactionSize {
  readonly items: number
  readonly contents: number
}

const tenantId = parseTenantId('0be4c4ba-0000-4000-8000-000000000002')
const from = Date.UTC(2024, 2, 14)
const itemsPerRecord = 3
const program = new URL('./compact-alone', import.meta.url)

/** The items of one large tenant-day, made in a process of its own, so that its memory is that of the work alone. */
export async function measureCompaction(
  { folder, onStep, signal }: BenchPlace,
  { items, contents }: CompactionSize,
): Promise<BenchResult[]> {
  const root = join(folder, 'lake')
  const spoolFolder = join(folder, 'spool')
  await mkdir(spoolFolder)
  onStep(`Storing a day of ${items} items in ${contents} contents`)
  const day = { tenantId, from, to: from + dayMs, records: Math.ceil(items / itemsPerRecord), itemsPerRecord }
  await storeAccesses(createFolderStore(root), day, { contents, spoolFolder, signal })
  onStep('Compacting it')
  const { seconds, peakMiB } = compactedSchema.parse(await runAlone(program, [root, tenantId, utcDate(from)], { signal }))
  return [
    {
      name: `compaction of a day of ${items} items, peak memory`,
      value: Math.round(peakMiB),
      unit: 'MiB',
      ratio: null,
      goal: '< 1024 MiB',
      holds: peakMiB < 1024,
    },
    { name: 'the same, time', ...inSeconds(seconds), ratio: null, goal: null, holds: true },
  ]
}
