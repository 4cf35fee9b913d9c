import { createHash } from 'node:crypto'
import { type MailAccess, utcDate } from '@mailtrail/core'

/** A mailbox whose record says that Exchange stopped auditing it, at most one a mailbox and UTC day. */
export interface FlaggedMailbox {
  readonly key: string
  readonly mailboxGuid: string
  /** UTC milliseconds. */
  readonly flaggedAt: number
}

/**
 * Undefined unless the record is flagged. One without a usable mailbox GUID still alerts, under a GUID made of what names the mailbox.
 *
 * @param fallbackTime - when the record became available, for one that names no time
 */
export function flaggedMailbox(access: MailAccess, fallbackTime: number): FlaggedMailbox | undefined {
  if (access.isThrottled !== true) return undefined
  const flaggedAt = access.time ?? fallbackTime
  const given = access.mailboxGuid?.toLowerCase()
  const mailboxGuid = given !== undefined && guid.test(given) ? given : guidOf(given ?? access.mailbox ?? '')
  return { key: `${mailboxGuid}/${utcDate(flaggedAt)}`, mailboxGuid, flaggedAt }
}

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

function guidOf(address: string): string {
  return createHash('sha256')
    .update(address)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}
