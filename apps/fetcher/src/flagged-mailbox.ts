import { createHash } from 'node:crypto'
import { type MailAccess, utcDate } from '@mailtrail/core'

/** A mailbox whose record says that Exchange stopped auditing it, at most one a mailbox and UTC day. */
export interface FlaggedMailbox {
  readonly key: string
  readonly mailboxGuid: string
  /** UTC milliseconds. */
  readonly flaggedAt: number
}

/** Undefined unless the record is flagged; one that names no time or mailbox GUID still alerts, under a GUID made of its address. */
export function flaggedMailbox(access: MailAccess): FlaggedMailbox | undefined {
  if (access.isThrottled !== true || access.time === undefined) return undefined
  const mailboxGuid = access.mailboxGuid ?? guidOf(access.mailbox ?? '')
  return { key: `${mailboxGuid}/${utcDate(access.time)}`, mailboxGuid, flaggedAt: access.time }
}

function guidOf(address: string): string {
  return createHash('sha256')
    .update(address)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}
