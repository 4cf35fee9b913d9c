import {
  and,
  asked,
  atMost,
  below,
  choose,
  count,
  countDistinct,
  countIf,
  differs,
  equals,
  haveCommon,
  isEmptyList,
  isMissing,
  isTrue,
  not,
  or,
  says,
  text,
  yes,
} from './functions.ts'
import { isInAnyNetwork } from './record-functions.ts'
import type { View } from './relation.ts'
import { column, type Spelling, verbatim } from './spelling.ts'
import { extend, group, leftJoin, relation, select, where } from './steps.ts'

const time = column('time')
const verdict = column('verdict')
const isBind = equals(column('kind'), text('Bind'))
const isRecord = equals(column('item_index'), verbatim('0'))
const isAttributed = equals(verdict, text('attributed'))

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

/** Every record judged, and what that amounts to. */
export const accessViews: readonly View[] = [accesses, recordCounts, mailboxTotals]
