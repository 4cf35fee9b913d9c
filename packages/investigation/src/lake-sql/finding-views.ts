import {
  and,
  asked,
  atMost,
  below,
  choose,
  coalesce,
  count,
  countDistinct,
  countIf,
  differs,
  earliest,
  equals,
  haveCommon,
  isEmptyList,
  isGiven,
  isMissing,
  isTrue,
  later,
  latest,
  lower,
  moment,
  not,
  or,
  placeholder,
  plus,
  some,
  splitAtComma,
  text,
  valuesOf,
  yes,
} from './functions.ts'
import { isInAnyNetwork, isNetwork, networkKeys, trimmed } from './record-functions.ts'
import type { Relation, View } from './relation.ts'
import { column, type Spelling, spell, verbatim } from './spelling.ts'
import { asc, desc, expand, extend, group, join, leftJoin, number, relation, select, sessions, where } from './steps.ts'

const nothing: Spelling = { duckdb: '(VALUES (1)) AS nothing (one)', trino: '(VALUES (1)) AS nothing (one)', kql: 'print one = 1' }
const time = column('time')
const verdict = column('verdict')
const isBind = equals(column('kind'), text('Bind'))
const isRecord = equals(column('item_index'), verbatim('0'))
const isAttributed = equals(verdict, text('attributed'))
const isUndetermined = equals(verdict, text('undetermined'))

const question: View = {
  name: 'question',
  isStored: true,
  comment: 'What is asked. Within one list any entry may match, and every list that is not empty must.',
  ...relation(
    { table: nothing },
    select([], {
      from_time: moment(placeholder('from')),
      to_time: moment(placeholder('to')),
      mailbox: lower(trimmed(placeholder('mailbox'))),
      networks: splitAtComma(placeholder('networks')),
      network_keys: networkKeys(splitAtComma(placeholder('networks'))),
      sessions: splitAtComma(lower(placeholder('sessions'))),
      apps: splitAtComma(lower(placeholder('apps'))),
    }),
  ),
}

const unreadableNetworks: View = {
  name: 'unreadable_networks',
  isStored: true,
  comment: 'Asked networks that are none. While there is one, no address is outside of them.',
  ...relation(
    'question',
    expand(column('networks'), 'network_element', 'network_no'),
    select([], { network: spell({ sql: (a) => a, kql: (a) => `tostring(${a})` })(column('network_element')) }),
    where(isGiven(column('network'))),
    where(not(isNetwork(column('network')))),
  ),
}

const hasUnreadable: Spelling = {
  duckdb: '(SELECT count(*) FROM unreadable_networks) > 0',
  trino: '(SELECT count(*) FROM unreadable_networks) > 0',
  kql: 'toscalar(unreadable_networks | count) > 0',
}

function byList(own: string, wanted: Spelling): Spelling {
  const list = column(own)
  return choose(isEmptyList(wanted), text('yes'), isEmptyList(list), text('unknown'), haveCommon(list, wanted), text('yes'), text('no'))
}

const criteria = ['by_time', 'by_address', 'by_session', 'by_app']
const says = (name: string, word: string) => equals(column(name), text(word))

const accesses: View = {
  name: 'accesses',
  comment: 'Item rows with the verdict on their record. One that cannot be decided is undetermined, unless something else excludes it.',
  ...relation(
    'evidence',
    leftJoin(
      relation('mailbox_addresses', where(equals(column('address'), asked('mailbox'))), select(['mailbox_key'], { is_asked: yes })),
      ['mailbox_key'],
    ),
    extend({
      by_time: choose(
        isMissing(time),
        text('unknown'),
        and(atMost(asked('from_time'), time), below(time, asked('to_time'))),
        text('yes'),
        text('no'),
      ),
      by_address: choose(
        isEmptyList(asked('networks')),
        text('yes'),
        isMissing(column('address_normalized')),
        text('unknown'),
        isInAnyNetwork(column('address_normalized'), asked('network_keys')),
        text('yes'),
        or(isTrue(column('is_exchange_online')), hasUnreadable),
        text('unknown'),
        text('no'),
      ),
      by_session: byList('sessions', asked('sessions')),
      by_app: byList('apps', asked('apps')),
    }),
    extend({
      verdict: choose(
        and(differs(asked('mailbox'), text('')), isMissing(column('is_asked'))),
        text('other_mailbox'),
        says('by_time', 'no'),
        text('outside_time'),
        or(...criteria.map((name) => says(name, 'no'))),
        text('other_context'),
        and(...criteria.map((name) => says(name, 'yes'))),
        text('attributed'),
        text('undetermined'),
      ),
    }),
  ),
}

const recordCounts: View = {
  name: 'record_counts',
  comment: 'Every record is in one of these counts.',
  ...relation('accesses', where(isRecord), group(['verdict'], { records: count })),
}

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

const answer: View = {
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

const syncedFolders: View = {
  name: 'synced_folders',
  comment: 'E2: folders of Sync records. Which messages lay in them is not recorded; Microsoft says to assume the whole mailbox.',
  ...relation(
    'accesses',
    where(not(isBind)),
    where(or(isAttributed, isUndetermined)),
    extend({ folder: coalesce(column('folder_path'), column('folder_name')) }),
    group(['mailbox_key', 'verdict', 'folder'], { times: valuesOf(time), first_time: earliest(time), last_time: latest(time) }),
  ),
}

const presumedMessages: View = {
  name: 'presumed_messages',
  comment: 'E2: known messages that lay in the mailbox by its last attributed Sync.',
  ...relation(
    'synced_folders',
    where(isAttributed),
    group(['mailbox_key'], { last_sync: latest(column('last_time')) }),
    join('mailbox_messages', ['mailbox_key']),
    join('email_messages', ['message_key']),
    where(or(isMissing(time), atMost(time, column('last_sync')))),
    select(['mailbox_key', 'message_id', 'message_key', 'sender', 'subject', 'time']),
  ),
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

const isFlagged = and(isRecord, isTrue(column('is_throttled')))

const throttleIntervals: View = {
  name: 'throttle_intervals',
  comment: 'From 2 minutes before a flagged record to 24 hours after it, accesses to single items of the mailbox went unrecorded.',
  ...relation(
    {
      all: [
        relation(
          'evidence',
          where(isFlagged),
          where(isGiven(time)),
          sessions('run', 'mailbox_key', 'time', 24 * 60 + 2),
          group(['mailbox_key', 'run'], { first_time: earliest(time), last_time: latest(time) }),
          select(['mailbox_key'], {
            from_time: later(column('first_time'), -2),
            to_time: later(column('last_time'), 24 * 60),
          }),
        ),
        relation(
          'evidence',
          where(isFlagged),
          where(isMissing(time)),
          group(['mailbox_key']),
          select(['mailbox_key'], { from_time: asked('from_time'), to_time: asked('to_time') }),
        ),
      ],
    },
    where(and(below(column('from_time'), asked('to_time')), below(asked('from_time'), column('to_time')))),
  ),
}

const isNamed = equals(column('row_kind'), text('item'))

const mailboxTotals: View = {
  name: 'mailbox_totals',
  comment:
    'What attributed Bind records amount to. Records, accesses and messages are three numbers; `nameless_records` name no item at all.',
  ...relation(
    'accesses',
    where(and(isAttributed, isBind)),
    group(['mailbox_key'], {
      messages: countDistinct(column('message_id')),
      records: countDistinct(column('record_key')),
      accesses: countIf(isNamed),
      unnamed: countIf(and(isNamed, isMissing(column('message_id')))),
      nameless_records: countIf(not(isNamed)),
    }),
  ),
}

export const questionViews: readonly View[] = [question, unreadableNetworks]

/** What the records say to the question. */
export const findingViews: readonly View[] = [
  accesses,
  recordCounts,
  itemisedMessages,
  matches,
  answer,
  mailboxTotals,
  syncedFolders,
  presumedMessages,
  undeterminedMessages,
  throttleIntervals,
]
