import {
  and,
  choose,
  count,
  earliest,
  equals,
  isGiven,
  isMissing,
  latest,
  lower,
  or,
  plus,
  says,
  some,
  text,
  valuesOf,
  yes,
} from './functions.ts'
import type { Relation, View } from './relation.ts'
import { column, type Spelling, verbatim } from './spelling.ts'
import { asc, desc, extend, group, join, leftJoin, number, relation, select, where } from './steps.ts'

const time = column('time')
const verdict = column('verdict')
const isBind = equals(column('kind'), text('Bind'))
const isAttributed = equals(verdict, text('attributed'))
const isUndetermined = equals(verdict, text('undetermined'))

const itemisedMessages: View = {
  name: 'itemised_messages',
  comment: 'E1: messages that attributed Bind records name. At least as many accesses: repeats within an hour are not recorded.',
  ...relation(
    'accesses',
    where(and(isAttributed, isBind, isGiven(column('message_id')))),
    group(['mailbox_key', 'message_id'], {
      accesses: count,
      first_time: earliest(time),
      last_time: latest(time),
      folders: valuesOf(column('folder_path')),
      record_ids: valuesOf(column('record_id')),
    }),
    extend({ message_id_folded: lower(column('message_id')) }),
  ),
}

/** 0 is best: a message of this mailbox before a mere agreement of ids, exact before folded. */
const rank = plus(
  choose(isMissing(column('is_in_mailbox')), verbatim('2'), verbatim('0')),
  choose(equals(column('email_message_id'), column('message_id')), verbatim('0'), verbatim('1')),
)

const matches: View = {
  name: 'message_matches',
  comment: 'EmailEvents messages that could be an itemised one; `rank` 0 and 2 by the exact id, 0 and 1 in this mailbox.',
  ...relation(
    'itemised_messages',
    select(['mailbox_key', 'message_id', 'message_id_folded']),
    join(
      relation(
        'email_messages',
        select(['message_id_folded', 'message_key', 'network_message_id', 'sender', 'subject', 'recipients'], {
          email_message_id: column('message_id'),
          message_time: time,
        }),
      ),
      ['message_id_folded'],
    ),
    leftJoin(relation('mailbox_messages', extend({ is_in_mailbox: yes })), ['mailbox_key', 'message_key']),
    extend({ rank }),
    select([
      'mailbox_key',
      'message_id',
      'rank',
      'message_key',
      'network_message_id',
      'email_message_id',
      'sender',
      'subject',
      'recipients',
      'message_time',
    ]),
  ),
}

/** Of the candidates of the best rank, the last one counted backwards is the first, and its number is how many they are. */
const best: Relation = relation(
  'message_matches',
  number('place', ['mailbox_key', 'message_id'], [asc('rank'), asc('message_time'), asc('message_key')]),
  number('candidates', ['mailbox_key', 'message_id', 'rank'], [desc('place')]),
  where(equals(column('place'), verbatim('1'))),
  select(['mailbox_key', 'message_id', 'rank', 'candidates', 'network_message_id', 'sender', 'subject', 'recipients', 'message_time']),
)

const messagesAccessed: View = {
  name: 'messages_accessed',
  comment:
    'The itemised messages with what EmailEvents says of them. `candidates` over 1: ids are the sender\u2019s, and several messages bear this one.',
  ...relation(
    'itemised_messages',
    leftJoin(best, ['mailbox_key', 'message_id']),
    extend({
      id_match: choose(isMissing(column('rank')), text('none'), isOneOf('rank', 0, 2), text('exact'), text('folded')),
      id_scope: choose(isMissing(column('rank')), text('none'), isOneOf('rank', 0, 1), text('mailbox'), text('id_only')),
    }),
    select([
      'mailbox_key',
      'message_id',
      'subject',
      'sender',
      'recipients',
      'message_time',
      'first_time',
      'last_time',
      'accesses',
      'folders',
      'record_ids',
      'id_match',
      'id_scope',
      'candidates',
      'network_message_id',
    ]),
  ),
}

function isOneOf(name: string, a: number, b: number): Spelling {
  return or(equals(column(name), verbatim(`${a}`)), equals(column(name), verbatim(`${b}`)))
}

const undeterminedMessages: View = {
  name: 'undetermined_messages',
  comment: 'E4: messages whose records lack what would decide, less those itemised in the mailbox.',
  ...relation(
    'accesses',
    where(and(isUndetermined, isBind, isGiven(column('message_id')))),
    leftJoin(relation('itemised_messages', select(['mailbox_key', 'message_id'], { is_itemised: yes })), ['mailbox_key', 'message_id']),
    where(isMissing(column('is_itemised'))),
    group(['mailbox_key', 'message_id'], {
      lacks_time: some(says('by_time', 'unknown')),
      lacks_address: some(says('by_address', 'unknown')),
      lacks_session: some(says('by_session', 'unknown')),
      lacks_app: some(says('by_app', 'unknown')),
    }),
  ),
}

/** Messages that records name. */
export const messageViews: readonly View[] = [itemisedMessages, matches, messagesAccessed, undeterminedMessages]
