import {
  anyOf,
  choose,
  concat,
  countDistinct,
  earliest,
  equals,
  isGiven,
  latest,
  missingText,
  or,
  startsWith,
  text,
  valuesOf,
} from './functions.ts'
import type { View } from './relation.ts'
import { rowNames } from './row-names.ts'
import { column, verbatim } from './spelling.ts'
import { desc, extend, group, leftJoin, number, relation, select, where } from './steps.ts'

const ownerUpn = column('owner_upn')
const mailboxKey = column('mailbox_key')
const isRecord = equals(column('item_index'), verbatim('0'))

const namedMailboxes: View = {
  name: 'named_mailboxes',
  comment: 'Names that belong to one mailbox only.',
  ...relation(
    'item_rows',
    where(isRecord),
    where(isGiven(column('mailbox_guid'))),
    where(isGiven(ownerUpn)),
    group(['owner_upn'], { guids: countDistinct(column('mailbox_guid')), named_guid: anyOf(column('mailbox_guid')) }),
    where(equals(column('guids'), verbatim('1'))),
    select(['owner_upn', 'named_guid']),
  ),
}

const evidence: View = {
  name: 'evidence',
  comment:
    'Item rows with their mailbox: its GUID, which outlives a rename; else the one mailbox of that name; else a name, at last the actor.',
  ...relation(
    'item_rows',
    leftJoin('named_mailboxes', ['owner_upn']),
    extend({
      mailbox_key: choose(
        isGiven(column('mailbox_guid')),
        column('mailbox_guid'),
        isGiven(column('named_guid')),
        column('named_guid'),
        isGiven(ownerUpn),
        concat(text('upn:'), ownerUpn),
        isGiven(column('user_id')),
        concat(text('upn:'), column('user_id')),
        text('unknown'),
      ),
    }),
    select(['mailbox_key', ...rowNames]),
  ),
}

const mailboxAddresses: View = {
  name: 'mailbox_addresses',
  comment: 'Every name of a mailbox; `place` 1 is the latest.',
  ...relation(
    'evidence',
    where(isRecord),
    select(['mailbox_key', 'time'], {
      address: choose(
        isGiven(ownerUpn),
        ownerUpn,
        isGiven(column('mailbox_guid')),
        missingText,
        isGiven(column('user_id')),
        column('user_id'),
        missingText,
      ),
    }),
    where(isGiven(column('address'))),
    group(['mailbox_key', 'address'], { last_time: latest(column('time')) }),
    number('place', ['mailbox_key'], [desc('last_time'), desc('address')]),
  ),
}

const mailboxes: View = {
  name: 'mailboxes',
  comment: 'Mailboxes that records name, and from when to when they do.',
  ...relation(
    'evidence',
    where(isRecord),
    group(['mailbox_key'], {
      records: countDistinct(column('record_key')),
      first_time: earliest(column('time')),
      last_time: latest(column('time')),
    }),
    leftJoin(relation('mailbox_addresses', group(['mailbox_key'], { upns: valuesOf(column('address')) })), ['mailbox_key']),
    leftJoin(
      relation('mailbox_addresses', where(equals(column('place'), verbatim('1'))), select(['mailbox_key'], { upn: column('address') })),
      ['mailbox_key'],
    ),
    extend({
      mailbox_guid: choose(or(startsWith(mailboxKey, text('upn:')), equals(mailboxKey, text('unknown'))), missingText, mailboxKey),
    }),
    select(['mailbox_key', 'mailbox_guid', 'upn', 'upns', 'records', 'first_time', 'last_time']),
  ),
}

/** Whose records they are. */
export const evidenceViews: readonly View[] = [namedMailboxes, evidence, mailboxAddresses, mailboxes]
