import type { CastTenant, Mailbox, Program } from './cast.ts'
import type { FiledMessage } from './mail.ts'

/** One MailItemsAccessed record of the story, before it becomes JSON. */
export interface Access {
  readonly id: string
  readonly tenant: CastTenant
  readonly mailbox: Mailbox
  /** Whole seconds. */
  readonly time: number
  readonly by: Program | 'application'
  readonly address: Address
  readonly session: string
  readonly what: Bind | Sync
  /** The `IsThrottled` property as Exchange writes it when it stops recording; other records say `False` or nothing. */
  readonly throttled?: ThrottleFlag
  /** Oddities of the record's form that change nothing of its meaning. */
  readonly oddity?: Oddity
  /** The record reaches the client on a remarkable way only. */
  readonly way?: Way
}

export interface Bind {
  readonly type: 'Bind'
  readonly items: readonly FiledMessage[]
  /** Items whose record has no message id. */
  readonly unnamed: number
}

export interface Sync {
  readonly type: 'Sync'
  readonly folder: string
}

/** An address as the record writes it, and what it says about being in the network the case asks for. */
export interface Address {
  readonly text: string | undefined
  readonly decides: 'inside' | 'outside' | 'nothing'
}

export interface ThrottleFlag {
  readonly name: string
  readonly value: string
  readonly isFirst: boolean
}

export type Oddity = 'emptyFirstFolder' | 'paddedIds' | 'bareIds' | 'nullFolder' | 'escapedOperation' | 'nestedOperation' | 'huge'
export type Way = 'lateContent' | 'secondPage' | 'lateListing'
