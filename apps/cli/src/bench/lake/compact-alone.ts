import { fileURLToPath } from 'node:url'
import { parseTenantId } from '@mailtrail/core'
import { compactDate } from '@mailtrail/investigation'
import { createFolderStore } from '@mailtrail/lake'
import { z } from 'zod'

/** What it took. */
export interface Compacted {
  readonly seconds: number
  readonly peakMiB: number
}

export const compactedSchema: z.ZodType<Compacted> = z.object({ seconds: z.number(), peakMiB: z.number() })

// Run as a process: compacts the date of the tenant in the folder lake, and tells whoever started it.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [root = '', tenantId = '', date = ''] = process.argv.slice(2)
  const startedAt = performance.now()
  await compactDate(createFolderStore(root), parseTenantId(tenantId), date)
  const seconds = (performance.now() - startedAt) / 1_000
  process.send?.({ seconds, peakMiB: process.resourceUsage().maxRSS / 1024 } satisfies Compacted)
}
