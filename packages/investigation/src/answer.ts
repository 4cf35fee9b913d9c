import type { CoverageState, TenantId } from '@mailtrail/core'

/** All times are ISO 8601 in UTC, ending in `Z`. Message ids are bare: without outer white space and angle brackets. */
export interface Span {
  readonly from: string
  readonly to: string
}

export interface CoverageSpan extends Span {
  readonly state: CoverageState
  readonly cause?: string
  readonly recoverable?: boolean
  /** ISO time when the service no longer has the first part of what would heal it; absent where nothing ends that. */
  readonly until?: string
}

/** How an itemised id met its metadata. `folded`: only without regard to case. */
export type MatchKind = 'exact' | 'folded' | 'none'

/** Whether the metadata is of a message that this mailbox received or sent, or whether only the id agrees. */
export type MatchScope = 'mailbox' | 'id_only'

export interface MatchedMessage {
  readonly networkMessageId: string | null
  readonly internetMessageId: string
  readonly subject: string | null
  readonly sender: string | null
  readonly recipients: readonly string[]
  /** When EmailEvents first saw the message; not when it was accessed. */
  readonly messageTime: string | null
}

/** E1: a message that an attributed Bind record names. That it was read is not in the record. */
export interface ItemisedMessage {
  readonly internetMessageId: string
  readonly match: MatchKind
  readonly scope: MatchScope | null
  readonly subject: string | null
  readonly sender: string | null
  readonly recipients: readonly string[]
  /** When EmailEvents first saw the message. */
  readonly messageTime: string | null
  /** Of the first record that names it, as `lastTime` of the last; each record stands for up to two minutes. */
  readonly time: string
  readonly lastTime: string
  /** At least: repeats within an hour are not recorded. */
  readonly accesses: number
  readonly folders: readonly string[]
  readonly recordIds: readonly string[]
  /** Every message known under this id, when there are several: ids are the sender's and can repeat or be forged. */
  readonly collisions: readonly MatchedMessage[]
}

export interface SyncedFolder {
  /** Null where the record names no folder. */
  readonly folder: string | null
  readonly times: readonly string[]
}

/** What a record lacks to be attributed or excluded. */
export type Undecided = 'time' | 'address' | 'session' | 'app'

export interface MailboxAnswer {
  /** The latest UPN the records give it. */
  readonly mailbox: string
  readonly mailboxGuid: string | null
  readonly formerNames: readonly string[]
  /** Distinct itemised messages, accesses and records: three numbers that must not be taken for one another. */
  readonly messages: number
  readonly accesses: number
  readonly records: number
  readonly itemised: readonly ItemisedMessage[]
  /** Accesses whose record gives no message id. */
  readonly unnamedAccesses: number
  /** Attributed Bind records that name no item at all. */
  readonly namelessRecords: number
  readonly syncedFolders: readonly SyncedFolder[]
  /** Every known message that lay in the mailbox by the last attributed Sync; which folder it lay in then is not known. */
  readonly presumed: readonly string[]
  readonly throttled: readonly Span[]
  /** Known messages that lay in the mailbox before the end of a time whose record is not settled. */
  readonly possible: readonly string[]
  readonly undetermined: readonly string[]
  /** How many undetermined messages lack which field; one message may lack several. */
  readonly undecided: Readonly<Record<Undecided, number>>
  /** Folders of Sync records that can be neither attributed nor excluded. They are in no number. */
  readonly undeterminedSyncs: readonly SyncedFolder[]
  readonly coverage: readonly CoverageSpan[]
}

export interface MailboxWithoutRecords {
  readonly mailbox: string
  readonly possible: readonly string[]
  readonly coverage: readonly CoverageSpan[]
}

/** Ways to mail that MailItemsAccessed does not show. */
export interface OtherRoute {
  readonly route: string
  readonly state: 'not collected'
}

/**
 * Every line read ends in exactly one count: `attributed` to `outsideTime` add up to `records`, and these with `duplicates`,
 * `otherTenant`, `otherOperation` and `unreadable` to `read`.
 */
export interface RecordCounts {
  readonly read: number
  readonly duplicates: number
  readonly otherTenant: number
  readonly otherOperation: number
  readonly unreadable: number
  readonly records: number
  readonly attributed: number
  readonly undetermined: number
  readonly otherContext: number
  readonly otherMailbox: number
  readonly outsideTime: number
  /** Record ids under which different records came; all of them count. */
  readonly variants: number
}

export interface EmailEventCounts {
  readonly read: number
  readonly messages: number
  readonly otherTenant: number
  readonly unreadable: number
}

export interface AskedQuestion extends Span {
  readonly tenantId: TenantId
  readonly mailbox: string | null
  readonly ranges: readonly string[]
  readonly sessions: readonly string[]
  readonly apps: readonly string[]
}

/** Which emails could have been read, as an interval, and how complete the record is. */
export interface Answer {
  readonly schema: 1
  readonly question: AskedQuestion
  /** Distinct itemised messages over all mailboxes. */
  readonly lower: number
  /** Distinct messages over all classes and mailboxes. */
  readonly upper: number
  readonly mailboxes: readonly MailboxAnswer[]
  readonly mailboxesWithoutRecords: readonly MailboxWithoutRecords[]
  readonly coverage: readonly CoverageSpan[]
  /** Every asked hour of every mailbox in scope is settled, and every line could be read. */
  readonly complete: boolean
  /** Incomplete only because the lateness horizon has not passed: asking again later may complete it. */
  readonly onlyProvisional: boolean
  readonly counts: RecordCounts
  readonly emailEvents: EmailEventCounts
  readonly otherRoutes: readonly OtherRoute[]
}
