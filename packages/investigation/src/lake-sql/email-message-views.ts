import { coalesce, concat, domainOf, earliest, equals, isGiven, isMissing, lower, or, text, valuesOf } from './functions.ts'
import type { Relation, View } from './relation.ts'
import { column, verbatim } from './spelling.ts'
import { desc, extend, group, join, leftJoin, number, relation, select, where } from './steps.ts'

const latestFirst = [desc('time'), desc('streamed'), desc('report_id'), desc('recipient')]

/** Of each message, the latest row that gives the column. */
function latestGiven(name: string, as: string): Relation {
  return relation(
    'email_rows',
    where(column('is_latest')),
    where(isGiven(column(name))),
    number('age', ['message_key'], latestFirst),
    where(equals(column('age'), verbatim('1'))),
    select(['message_key'], { [as]: column(name) }),
  )
}

const emailMessages: View = {
  name: 'email_messages',
  isStored: true,
  comment: 'One row a message, so that its recipients never multiply it. Its time is when it was first seen.',
  ...relation(
    'email_rows',
    group(['message_key'], { time: earliest(column('time')), recipients: valuesOf(column('recipient')) }),
    leftJoin(latestGiven('network_message_id', 'network_message_id'), ['message_key']),
    leftJoin(latestGiven('message_id', 'given_message_id'), ['message_key']),
    leftJoin(latestGiven('sender_from', 'given_sender'), ['message_key']),
    leftJoin(latestGiven('sender_mail_from', 'given_mail_from'), ['message_key']),
    leftJoin(latestGiven('subject', 'subject'), ['message_key']),
    extend({
      message_id: coalesce(column('given_message_id'), concat(text('nmid:'), column('message_key'))),
      sender: coalesce(column('given_sender'), column('given_mail_from')),
    }),
    extend({ message_id_folded: lower(column('message_id')) }),
    select(['message_key', 'network_message_id', 'message_id', 'message_id_folded', 'sender', 'subject', 'recipients', 'time']),
  ),
}

function addresses(name: string): Relation {
  return relation(
    'email_rows',
    where(column('is_latest')),
    where(isGiven(column(name))),
    select(['message_key'], { address: column(name) }),
  )
}

const mailboxMessages: View = {
  name: 'mailbox_messages',
  comment: 'Which messages a mailbox received or sent, under any of its names.',
  ...relation(
    { all: [addresses('recipient'), addresses('sender_from'), addresses('sender_mail_from')] },
    join('mailbox_addresses', ['address']),
    group(['mailbox_key', 'message_key']),
  ),
}

const direction = column('direction')

/** Addresses of a direction that is the tenant's own. */
function internal(name: string, outward: string): Relation {
  const isInternal = or(equals(direction, text(outward)), equals(direction, text('intra-org')))
  return relation(
    'email_rows',
    where(column('is_latest')),
    where(isInternal),
    where(isGiven(column(name))),
    select([], { address: column(name) }),
  )
}

const addressesWithoutRecords: View = {
  name: 'addresses_without_records',
  comment: 'Addresses in the domains of known mailboxes that no record names. No records is not a quiet mailbox.',
  ...relation(
    { all: [internal('recipient', 'inbound'), internal('sender_from', 'outbound')] },
    group(['address']),
    extend({ domain: domainOf(column('address')) }),
    join(relation('mailbox_addresses', select([], { domain: domainOf(column('address')) }), group(['domain'])), ['domain']),
    leftJoin(relation('mailbox_addresses', select(['address'], { known_mailbox: column('mailbox_key') })), ['address']),
    where(isMissing(column('known_mailbox'))),
    select(['address']),
  ),
}

/** What EmailEvents say of messages and mailboxes. */
export const emailMessageViews: readonly View[] = [emailMessages, mailboxMessages, addressesWithoutRecords]
