import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Abortable, eachConcurrently, type TenantId, utcDate } from '@mailtrail/core'
import { emailEventsKey, maxImportedObjects, type ObjectStore, writeImportNote } from '@mailtrail/lake'
import { createDateSpool } from './date-spool.ts'
import { parseEmailEventRow, tenantOfPath } from './email-event-row.ts'
import { readLines } from './read-lines.ts'

/** A line that was not taken, and why; the reason names fields, never their values. */
export interface RejectedLine {
  readonly file: string
  readonly line: number
  readonly reason: string
}

export interface ImportedEmailEvents {
  readonly files: number
  /** Rows now in the lake, whether this run or an earlier one stored them. */
  readonly rows: number
  /** The first 1,000 of them; `rejectedRows` counts all. */
  readonly rejected: readonly RejectedLine[]
  readonly rejectedRows: number
  /** Rows of other tenants, which are never imported. */
  readonly otherTenants: number
}

export interface ImportOptions extends Abortable {
  /** Called after each file, in no promised order. */
  readonly onProgress?: (progress: ImportedEmailEvents) => void
}

const maxRejectedListed = 1_000

/** Most exports are an hour's few rows, for each of which the lake is waited for. */
const concurrency = 4

/**
 * Imports EmailEvents that Defender's Streaming API exported to storage: JSON Lines, one row an envelope `{time, tenantId, category,
 * properties}`, or plain rows. Kept lines are stored with their bytes under a key made of their own digest, so that importing a file
 * again changes nothing.
 *
 * @param sources - file paths, or one folder that is read with all its folders
 * @see https://learn.microsoft.com/defender-xdr/streaming-api-storage
 */
export async function importEmailEvents(
  lake: ObjectStore,
  tenantId: TenantId,
  sources: string | Iterable<string> | AsyncIterable<string>,
  { signal, onProgress }: ImportOptions = {},
): Promise<ImportedEmailEvents> {
  const rejected: RejectedLine[] = []
  let progress: ImportedEmailEvents = { files: 0, rows: 0, rejected, rejectedRows: 0, otherTenants: 0 }
  const unnoted = new Set<string>()
  const note = async (): Promise<void> => {
    const keys = [...unnoted].slice(0, maxImportedObjects)
    for (const key of keys) unnoted.delete(key)
    await writeImportNote(lake, tenantId, keys, { signal })
  }
  const files = typeof sources === 'string' ? filesUnder(sources) : sources
  await eachConcurrently(files, { limit: concurrency, signal }, async (file, either) => {
    const imported = await importFile(lake, tenantId, file, { signal: either })
    for (const key of imported.keys) unnoted.add(key)
    while (unnoted.size >= maxImportedObjects) await note()
    rejected.push(...imported.rejected.slice(0, maxRejectedListed - rejected.length))
    progress = {
      files: progress.files + 1,
      rows: progress.rows + imported.rows,
      rejected,
      rejectedRows: progress.rejectedRows + imported.rejectedRows,
      otherTenants: progress.otherTenants + imported.otherTenants,
    }
    onProgress?.(progress)
  })
  if (unnoted.size > 0) await note()
  return progress
}

async function* filesUnder(path: string): AsyncGenerator<string> {
  if ((await stat(path)).isFile()) {
    yield path
    return
  }
  const entries = await readdir(path, { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) yield* filesUnder(join(path, entry.name))
    else if (/\.(json|jsonl|ndjson)$/i.test(entry.name)) yield join(path, entry.name)
  }
}

async function importFile(
  lake: ObjectStore,
  tenantId: TenantId,
  file: string,
  { signal }: Abortable,
): Promise<Omit<ImportedEmailEvents, 'files'> & { readonly keys: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-email-events-'))
  const spool = createDateSpool(folder)
  const rejected: RejectedLine[] = []
  const keys: string[] = []
  let rejectedRows = 0
  let rows = 0
  let otherTenants = 0
  try {
    for await (const { number, bytes } of readLines(file, { signal })) {
      const row = parseEmailEventRow(bytes, { tenantId, pathTenant: tenantOfPath(file) })
      if (row.kind === 'other_tenant') otherTenants += 1
      else if (row.kind === 'rejected') {
        rejectedRows += 1
        if (rejected.length < maxRejectedListed) rejected.push({ file, line: number, reason: row.reason })
      } else {
        rows += 1
        await spool.add(utcDate(row.time), row.bytes)
      }
    }
    for await (const { date, sha256, path } of spool.finish()) {
      const key = emailEventsKey(tenantId, date, sha256)
      await lake.create(key, { path }, { signal })
      keys.push(key)
    }
    return { keys, rows, rejected, rejectedRows, otherTenants }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
