import { createHash } from 'node:crypto'
import type { ActivityApi } from '@mailtrail/activity-api'
import {
  type Abortable,
  type Compression,
  createRecordSelector,
  type EntryContent,
  eventDate,
  type JsonObject,
  MailtrailError,
  parseMailAccess,
  recordDigest,
  type SelectedRecord,
  type TenantId,
} from '@mailtrail/core'
import { EvidenceWriter, type ObjectStore, type QuarantinedRecord, type StoredEvidence } from '@mailtrail/lake'
import { type FlaggedMailbox, flaggedMailbox } from './flagged-mailbox.ts'
import { LateRecords } from './late-records.ts'
import { noteBadRecords, storeBadRecord } from './quarantine.ts'

export interface FetchOptions extends Abortable {
  readonly tenantId: TenantId
  readonly api: ActivityApi
  readonly lake: ObjectStore
  readonly operations: ReadonlySet<string>
  readonly spoolFolder: string
  readonly compression: Compression
  /** Whether a record of that time comes after its hour may have been called settled. */
  readonly isLate: (time: number) => boolean
}

/** What one content held, after everything kept of it is in the lake. */
export interface FetchedContent extends StoredEvidence {
  readonly recordsSeen: number
  readonly recordsKept: number
  readonly bodySha256: string
  readonly quarantined: number
  readonly flagged: readonly FlaggedMailbox[]
  /** UTC dates of the events that came late and were not known before. */
  readonly lateDates: readonly string[]
}

/**
 * Streams one content, keeps the selected records as sent, and stores them. Records that cannot be kept are stored in quarantine.
 *
 * @throws `ActivityApiError`, or a `BODY_…` {@link MailtrailError} when the records of the body cannot be told apart
 */
export async function fetchContent(content: Pick<EntryContent, 'id' | 'uri' | 'created'>, options: FetchOptions): Promise<FetchedContent> {
  const { tenantId, api, lake, operations, spoolFolder, compression, isLate, signal } = options
  const { body } = await api.openContent({ contentId: content.id, contentUri: content.uri }, { signal })
  const selector = createRecordSelector({ operations, tenantId })
  const bodyHash = createHash('sha256')
  const bad: QuarantinedRecord[] = []
  const flagged = new Map<string, FlaggedMailbox>()
  const late = new LateRecords(tenantId)
  let recordsSeen = 0
  let recordsKept = 0
  await using evidence = new EvidenceWriter(lake, { tenantId, contentId: content.id, spoolFolder, compression })

  const take = async (selected: readonly SelectedRecord[]): Promise<void> => {
    for (const item of selected) {
      recordsSeen += 1
      if (item.kind === 'quarantined') bad.push(await storeBadRecord(lake, { tenantId, contentId: content.id, record: item }, { signal }))
      if (item.kind !== 'kept') continue
      recordsKept += 1
      const text = Buffer.from(item.line).toString()
      const record: JsonObject = JSON.parse(text)
      const kept = keptLine(item.line, record, text)
      await evidence.add(kept)
      const access = parseMailAccess(record)
      if (access.time !== undefined && isLate(access.time)) late.add(record, kept.digest)
      const mailbox = flaggedMailbox(access, content.created)
      if (mailbox && !flagged.has(mailbox.key)) flagged.set(mailbox.key, mailbox)
    }
  }

  for await (const chunk of body) {
    bodyHash.update(chunk)
    await take(selector.push(chunk))
  }
  await take(selector.end())
  const stored = await evidence.store({ signal })
  if (bad.length > 0) await noteBadRecords(lake, { tenantId, contentId: content.id, bad }, { signal })
  return {
    ...stored,
    recordsSeen,
    recordsKept,
    bodySha256: bodyHash.digest('hex'),
    quarantined: bad.length,
    flagged: [...flagged.values()],
    lateDates: await late.newsDates(lake, content.id, { signal }),
  }
}

function keptLine(line: Uint8Array, record: JsonObject, text: string): Parameters<EvidenceWriter['add']>[0] {
  const { Operation: operation, Id: id, CreationTime: time } = record
  if (typeof operation !== 'string') throw new MailtrailError('RECORD_INVALID', 'A record was kept that names no operation.')
  return {
    operation,
    date: eventDate(time),
    line,
    id: typeof id === 'string' ? id : '',
    digest: recordDigest(text),
  }
}
