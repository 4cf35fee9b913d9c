import type { FaultOperation, FaultParameters } from './faults/fault-definition.ts'

/** Everything a run plays: what the service holds, and, for a story, the true answer. Times are milliseconds since the epoch. */
export interface World {
  readonly start: number
  readonly pageSize: number
  readonly siem: { readonly failFirst: number }
  readonly tenants: readonly SimulatedTenant[]
  readonly story?: Story
}

export interface SimulatedTenant {
  readonly tenantId: string
  readonly displayName: string
  readonly clientId: string
  readonly clientSecret: string
  readonly publisherId: string
  readonly initiallySubscribed: boolean
  readonly subscriptionEvents: readonly SubscriptionEvent[]
  readonly contents: readonly SimulatedContent[]
  readonly faults: readonly TenantFault[]
  /** Real time. Without it the service takes any number of calls. */
  readonly requestsPerMinute?: number
  /** Nothing is listed before so long after the subscription began. */
  readonly firstDataAfterMs?: number
}

/** Somebody other than the client switches the tenant's Exchange subscription: a `stop` leaves it there, disabled. */
interface SubscriptionEvent {
  readonly at: number
  readonly action: 'start' | 'stop' | 'remove'
}

/** A fault of the catalogue in a tenant's feed. */
export interface TenantFault {
  readonly fault: string
  /** Simulated time in [from, to). */
  readonly from: number
  readonly to: number
  /** The first so many calls, or contents, that it meets. */
  readonly times?: number
  /** The first so many calls of each kind: each content, each listing, each operation. */
  readonly timesEach?: number
  readonly probability: number
  readonly operations: readonly FaultOperation[]
  readonly contentId?: string
  readonly parameters: FaultParameters
}

export interface SimulatedContent {
  readonly contentType: ContentType
  readonly contentId: string
  readonly created: number
  /** Later than `created` for a content that appears inside a window which has closed by then. */
  readonly listedFrom: number
  readonly expires: number
  readonly recordCount: number
  /** The MailItemsAccessed records in it. */
  readonly mailRecords: readonly RecordDigest[]
  /** All of its own records, the numbers in them as they are written. */
  readonly records: () => readonly object[]
  readonly body: () => Buffer
  readonly fault?: Fault
}

export interface RecordDigest {
  readonly id: string
  /** Lower-case hex, over the canonical text of the record. */
  readonly sha256: string
}

export interface AuditedRecord extends RecordDigest {
  readonly operation: string
}

/** A fault of one content. */
export interface Fault {
  readonly kind: 'status' | 'throttle' | 'missing' | 'expired' | 'truncate' | 'errorObject' | 'notJson'
  readonly status?: number
  /** The first so many requests; without it, every request. */
  readonly times?: number
}

export const contentTypes = ['Audit.AzureActiveDirectory', 'Audit.Exchange', 'Audit.SharePoint', 'Audit.General', 'DLP.All'] as const
export type ContentType = (typeof contentTypes)[number]

/** What a story adds to a world: the case, its true answer, and the mail metadata to join it with. */
interface Story {
  readonly question: Question
  readonly answer: Answer
  readonly alerts: readonly ThrottleAlert[]
  readonly emailEvents: readonly EmailEventFile[]
}

export interface Question {
  readonly tenantId: string
  readonly from: string
  readonly to: string
  readonly ips: readonly string[]
}

/** Message ids are bare (trimmed, without angle brackets), lists are sorted, times are ISO 8601 in UTC. */
export interface Answer {
  /** Distinct itemised messages of all mailboxes. */
  readonly lower: number
  /** Distinct messages that are itemised, presumed, possible or undetermined. */
  readonly upper: number
  readonly mailboxes: readonly MailboxAnswer[]
}

export interface MailboxAnswer {
  readonly mailbox: string
  readonly mailboxGuid: string
  readonly itemised: readonly ItemisedMessage[]
  readonly unnamedAccesses: number
  readonly syncedFolders: readonly {
    readonly folder: string
    readonly times: readonly string[]
  }[]
  readonly presumed: readonly string[]
  readonly throttled: readonly { readonly from: string; readonly to: string }[]
  readonly possible: readonly string[]
  readonly undetermined: readonly string[]
}

interface ItemisedMessage {
  readonly internetMessageId: string
  readonly subject: string | null
  readonly sender: string | null
  readonly recipients: readonly string[]
  /** Of the first attributed access. */
  readonly time: string
}

export interface ThrottleAlert {
  readonly type: 'mailbox.throttled'
  readonly tenantId: string
  readonly mailbox: string
  readonly mailboxGuid: string
}

/** One file of a Streaming API export; `path` is relative to the container's parent. */
export interface EmailEventFile {
  readonly tenantId: string
  readonly path: string
  readonly text: string
}
