import {
  and,
  choose,
  coalesce,
  contains,
  equals,
  givenTexts,
  isGiven,
  isTrue,
  lower,
  missingNumber,
  missingText,
  missingTruth,
  no,
  not,
  or,
  plus,
  saneTime,
  startsWith,
  text,
  toInteger,
  yes,
} from './functions.ts'
import {
  bareId,
  elements,
  isObject,
  listWithFirst,
  member,
  noElements,
  normalizedAddress,
  parsed,
  textOf,
  unwrapped,
  utcTime,
  wholeNumber,
  wordOf,
} from './record-functions.ts'
import type { View } from './relation.ts'
import { rowNames } from './row-names.ts'
import { column, verbatim } from './spelling.ts'
import { asc, expand, extend, join, number, properties, relation, select, where } from './steps.ts'

const json = column('j')
const one = verbatim('1')

const isSync = equals(column('kind'), text('Sync'))
const folder = column('folder')
const message = column('message')
const isItem = and(not(isSync), isTrue(isObject(message)))
const isFolder = and(isSync, or(isGiven(column('sent_path')), isGiven(column('sent_name'))))
const address = column('address_normalized')

const ofItem = [
  'item_index',
  'row_kind',
  'folder_path',
  'folder_name',
  'internet_message_id',
  'message_id',
  'message_id_folded',
  'subject',
  'size_bytes',
]
const recordNames = rowNames.filter((name) => !ofItem.includes(name))

export const rawItems: View = {
  name: 'raw_items',
  comment: 'Item rows of the records that items does not hold. `record_digest` is of this engine, and `raw_line` is not known.',
  ...relation(
    'raw_records',
    join('stale_records', ['date', 'record_group']),
    extend({ j: parsed(column('line')) }),
    extend({ item: member(json, 'Item'), creation_time: textOf(json, 'CreationTime') }),
    extend({
      property_list: elements(member(json, 'OperationProperties')),
      app_access: member(json, 'AppAccessContext'),
      folder_list: elements(member(json, 'Folders')),
      parent_folder: member(column('item'), 'ParentFolder'),
      sent_time: utcTime(column('creation_time')),
      record_type: toInteger(wholeNumber(json, 'RecordType')),
      address: coalesce(textOf(json, 'ClientIPAddress'), textOf(json, 'ClientIP')),
    }),
    properties(column('property_list'), { access_words: 'mailaccesstype', throttle_words: 'isthrottled' }),
    extend({
      time: saneTime(column('sent_time')),
      access_type: choose(
        contains(column('access_words'), text('sync')),
        text('Sync'),
        contains(column('access_words'), text('bind')),
        text('Bind'),
        missingText,
      ),
      is_throttled: choose(
        contains(column('throttle_words'), text('true')),
        yes,
        contains(column('throttle_words'), text('false')),
        no,
        missingTruth,
      ),
      address_normalized: normalizedAddress(column('address')),
    }),
    extend({
      kind: choose(
        isGiven(column('access_type')),
        column('access_type'),
        isTrue(equals(column('record_type'), verbatim('2'))),
        text('Sync'),
        text('Bind'),
      ),
    }),
    extend({
      is_exchange_online: choose(isGiven(address), startsWith(address, text('2603:10a6:')), missingTruth),
      mailbox_guid: wordOf(json, 'MailboxGuid'),
      owner_upn: wordOf(json, 'MailboxOwnerUPN'),
      user_id: wordOf(json, 'UserId'),
      logon_type: toInteger(wholeNumber(json, 'LogonType')),
      sessions: givenTexts(wordOf(json, 'SessionId'), wordOf(column('app_access'), 'AADSessionId')),
      token_id: textOf(column('app_access'), 'UniqueTokenId'),
      apps: givenTexts(wordOf(json, 'AppId'), wordOf(json, 'ClientAppId'), wordOf(column('app_access'), 'ClientAppId')),
      client_info: textOf(json, 'ClientInfoString'),
      operation_count: wholeNumber(json, 'OperationCount'),
      raw_line: toInteger(missingNumber),
      folders: choose(isSync, listWithFirst(column('parent_folder'), column('folder_list')), column('folder_list')),
    }),
    // Each row of what follows would carry the record's text along.
    select([...recordNames, 'folders']),
    expand(column('folders'), 'folder_element', 'folder_no'),
    extend({ folder: unwrapped(column('folder_element')) }),
    extend({ path: textOf(folder, 'Path') }),
    extend({
      sent_path: choose(equals(column('path'), text('Not Available')), missingText, column('path')),
      sent_name: textOf(folder, 'Name'),
      messages: choose(isSync, noElements, elements(member(folder, 'FolderItems'))),
    }),
    expand(column('messages'), 'message_element', 'message_no'),
    extend({ message: unwrapped(column('message_element')) }),
    extend({ row_kind: choose(isItem, text('item'), isFolder, text('folder'), text('record')) }),
    extend({ is_unnamed: choose(equals(column('row_kind'), text('record')), one, verbatim('0')) }),
    number('place', ['record_key'], [asc('is_unnamed'), asc('folder_no'), asc('message_no')]),
    where(or(equals(column('is_unnamed'), verbatim('0')), equals(column('place'), one))),
    extend({
      item_index: toInteger(plus(column('place'), verbatim('-1'))),
      folder_path: choose(equals(column('is_unnamed'), one), missingText, column('sent_path')),
      folder_name: choose(isSync, column('sent_name'), missingText),
      internet_message_id: textOf(message, 'InternetMessageId'),
      message_id: bareId(textOf(message, 'InternetMessageId')),
      subject: textOf(message, 'Subject'),
      size_bytes: wholeNumber(message, 'SizeInBytes'),
    }),
    extend({ message_id_folded: lower(column('message_id')) }),
    select(rowNames),
  ),
}
