import type { Random } from '../random.ts'
import { sha256OfRecord } from '../record-digest.ts'
import type { RecordDigest } from '../world.ts'
import type { Access, Way } from './access.ts'
import { accessRecord } from './access-record.ts'
import type { CastTenant } from './cast.ts'
import type { MailRoom } from './mail.ts'
import { otherRecords } from './other-record.ts'

/** A record on its way into a content. */
export interface StoryRecord {
  readonly time: number
  readonly record: object
  /** Of MailItemsAccessed records. */
  readonly digest?: RecordDigest
  readonly way?: Way
}

/** All records of a tenant, in order of event time. */
export function recordsOfTenant(random: Random, tenant: CastTenant, accesses: readonly Access[], { filed }: MailRoom): StoryRecord[] {
  const others = tenant.mailboxes.flatMap((mailbox) =>
    otherRecords(random.fork(mailbox.upn), tenant, mailbox, filed.get(mailbox.upn) ?? []),
  )
  return [...accesses.map((access) => mailRecord(random.fork(access.id), access)), ...others].sort((a, b) => a.time - b.time)
}

function mailRecord(random: Random, access: Access): StoryRecord {
  const record = accessRecord(random, access)
  return { time: access.time, record, digest: { id: access.id, sha256: sha256OfRecord(record) }, ...(access.way && { way: access.way }) }
}
