import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ActivityApi } from '@mailtrail/activity-api'
import type { Abortable, EntryContent, SelectedRecord, TenantId } from '@mailtrail/core'
import { type ObjectStore, quarantineKey } from '@mailtrail/lake'

export type BadRecord = Extract<SelectedRecord, { kind: 'quarantined' }>

interface BadContent {
  readonly tenantId: TenantId
  readonly contentId: string
  readonly bad: readonly BadRecord[]
}

/** Keeps what could not be kept as evidence: each record's bytes, and one note of offsets and reasons. */
export async function storeBadRecords(lake: ObjectStore, { tenantId, contentId, bad }: BadContent, options: Abortable): Promise<void> {
  if (bad.length === 0) return
  for (const { offset, bytes } of bad) await lake.create(quarantineKey(tenantId, contentId, `${offset}.bin`), bytes, options)
  const records = bad.map(({ offset, bytes, reason }) => ({ offset, bytes: bytes.length, reason }))
  await note(lake, tenantId, contentId, { records }, options)
}

/** Keeps a whole body whose records cannot be told apart. It is fetched once more, in bounded memory. */
export async function storeBadBody(
  lake: ObjectStore,
  {
    tenantId,
    content,
    reason,
    api,
    spoolFolder,
  }: { tenantId: TenantId; content: EntryContent; reason: string; api: ActivityApi; spoolFolder: string },
  options: Abortable,
): Promise<void> {
  const folder = await mkdtemp(join(spoolFolder, 'quarantine-'))
  try {
    const path = join(folder, 'body')
    const { body } = await api.openContent({ contentId: content.id, contentUri: content.uri }, options)
    await pipeline(Readable.from(body), createWriteStream(path))
    await lake.create(quarantineKey(tenantId, content.id, 'body'), { path }, options)
    await note(lake, tenantId, content.id, { body: reason }, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function note(lake: ObjectStore, tenantId: TenantId, contentId: string, what: object, options: Abortable): Promise<void> {
  const text = `${JSON.stringify({ schema: 1, tenantId, contentId, ...what })}\n`
  await lake.create(quarantineKey(tenantId, contentId, 'json'), Buffer.from(text), options)
}
