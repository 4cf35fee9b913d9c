import { bindAggregationMs, minuteMs, throttleMs } from '@mailtrail/core'
import {
  and,
  asked,
  atMost,
  below,
  coalesce,
  earliest,
  equals,
  isGiven,
  isMissing,
  isTrue,
  later,
  latest,
  not,
  or,
  text,
  valuesOf,
} from './functions.ts'
import type { View } from './relation.ts'
import { column, verbatim } from './spelling.ts'
import { extend, group, join, relation, select, sessions, where } from './steps.ts'

const time = column('time')
const verdict = column('verdict')
const isBind = equals(column('kind'), text('Bind'))
const isRecord = equals(column('item_index'), verbatim('0'))
const isAttributed = equals(verdict, text('attributed'))
const isUndetermined = equals(verdict, text('undetermined'))

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
          sessions('run', 'mailbox_key', 'time', (bindAggregationMs + throttleMs) / minuteMs),
          group(['mailbox_key', 'run'], { first_time: earliest(time), last_time: latest(time) }),
          select(['mailbox_key'], {
            from_time: later(column('first_time'), -bindAggregationMs / minuteMs),
            to_time: later(column('last_time'), throttleMs / minuteMs),
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

/** What is presumed, and what went unrecorded. */
export const syncViews: readonly View[] = [syncedFolders, presumedMessages, throttleIntervals]
