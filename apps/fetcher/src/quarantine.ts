import { createHash, hash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ActivityApi } from '@mailtrail/activity-api'
import type { Abortable, EntryContent, SelectedRecord, TenantId } from '@mailtrail/core'
import { formatQuarantineNote, type ObjectStore, type QuarantinedRecord, type QuarantineNote, quarantineKey } from '@mailtrail/lake'

type BadRecord = Extract<SelectedRecord, { kind: 'quarantined' }>

interface BadContent {
  readonly tenantId: TenantId
  readonly contentId: string
}

/** Keeps the bytes of a record that could not be kept as evidence. */
export async function storeBadRecord(
  lake: ObjectStore,
  { tenantId, contentId, record }: BadContent & { readonly record: BadRecord },
  options: Abortable,
): Promise<QuarantinedRecord> {
  const { offset, bytes, reason } = record
  const key = quarantineKey(tenantId, contentId, `${offset}.bin`)
  // The note names what is kept, which an earlier attempt may have stored.
  const kept = (await lake.create(key, bytes, options)) === 'exists' ? await lake.read(key, options) : bytes
  return { offset, bytes: kept?.length ?? 0, reason, sha256: hash('sha256', kept ?? '') }
}

export async function noteBadRecords(
  lake: ObjectStore,
  { tenantId, contentId, bad }: BadContent & { readonly bad: readonly QuarantinedRecord[] },
  options: Abortable,
): Promise<void> {
  await note(lake, { tenantId, contentId, records: bad }, options)
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
    const key = quarantineKey(tenantId, content.id, 'body')
    await lake.create(key, { path }, options)
    const kept = createHash('sha256')
    for await (const chunk of lake.stream(key, options)) kept.update(chunk)
    await note(lake, { tenantId, contentId: content.id, body: reason, bodySha256: kept.digest('hex') }, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function note(lake: ObjectStore, what: QuarantineNote & BadContent, options: Abortable): Promise<void> {
  await lake.create(quarantineKey(what.tenantId, what.contentId, 'json'), formatQuarantineNote(what), options)
}
