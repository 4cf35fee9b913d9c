import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ActivityApi } from '@mailtrail/activity-api'
import type { Abortable, EntryContent, SelectedRecord, TenantId } from '@mailtrail/core'
import { type ObjectStore, quarantineKey } from '@mailtrail/lake'

type BadRecord = Extract<SelectedRecord, { kind: 'quarantined' }>

/** Where a quarantined record stood, its length in bytes, and why it could not be kept. */
export interface BadRecordNote {
  readonly offset: number
  readonly bytes: number
  readonly reason: BadRecord['reason']
}

interface BadContent {
  readonly tenantId: TenantId
  readonly contentId: string
}

/** Keeps the bytes of a record that could not be kept as evidence. */
export async function storeBadRecord(
  lake: ObjectStore,
  { tenantId, contentId, record }: BadContent & { readonly record: BadRecord },
  options: Abortable,
): Promise<BadRecordNote> {
  const { offset, bytes, reason } = record
  await lake.create(quarantineKey(tenantId, contentId, `${offset}.bin`), bytes, options)
  return { offset, bytes: bytes.length, reason }
}

export async function noteBadRecords(
  lake: ObjectStore,
  { tenantId, contentId, bad }: BadContent & { readonly bad: readonly BadRecordNote[] },
  options: Abortable,
): Promise<void> {
  await note(lake, tenantId, contentId, { records: bad }, options)
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
  }: { tenantId: TenantId; content: Pick<EntryContent, 'id' | 'uri'>; reason: string; api: ActivityApi; spoolFolder: string },
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
