import { itemColumns } from '../items/item-columns.ts'
import {
  and,
  below,
  choose,
  coalesce,
  concat,
  contains,
  count,
  differs,
  equals,
  givenTexts,
  isDateBetween,
  isGiven,
  isMissing,
  isTrue,
  later,
  lower,
  missingNumber,
  missingText,
  missingTruth,
  moment,
  no,
  not,
  or,
  placeholder,
  plus,
  saneTime,
  startsWith,
  text,
  toInteger,
  toText,
  yes,
} from './functions.ts'
import {
  bareId,
  digest,
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
import type { Relation, Step, View } from './relation.ts'
import { column, type Spelling, verbatim } from './spelling.ts'
import { asc, expand, extend, group, join, leftJoin, number, properties, relation, select, where } from './steps.ts'

const minutesADay = 24 * 60
/** As far as the embedded engine reads: a record vouches for up to 7 days, and the asked time may cut a day. */
const reachMinutes = 8 * minutesADay

const itemNames = itemColumns.map(({ name }) => name)
/** Columns of item rows: those of items, the date, and what names the record. */
export const rowNames: readonly string[] = [...itemNames, 'date', 'record_key', 'record_group']
const json = column('j')
const one = verbatim('1')

function lakeTable(name: string): { readonly table: Spelling } {
  return {
    table: { duckdb: name.replace('_undated', ''), trino: `{{tables}}.${name}`, kql: `external_table('${name.replace('_undated', '')}')` },
  }
}

/** The dates of a table that an answer needs, and what has no date: a record without a usable time may be of any. */
function lakeRows(name: string, columns: Readonly<Record<string, Spelling>>, ofTable: readonly Spelling[]): Relation {
  const edge = (of: string, shift: number) => later(moment(placeholder(of)), shift)
  const partition: Readonly<Record<string, Spelling>> = { tenant: column('tenant'), ...columns }
  const isAsked = [...ofTable, equals(column('tenant'), placeholder('tenant'))]
  const dated = and(...isAsked, isDateBetween(column('date'), edge('from', -reachMinutes), edge('to', reachMinutes)))
  const undated: Spelling = { ...column('date'), trino: "'unknown'" }
  return relation({
    all: [
      relation(lakeTable(name), select(['date'], partition), where(dated)),
      relation(
        lakeTable(`${name}_undated`),
        select([], { date: undated, ...partition }),
        where(and(...isAsked, equals(column('date'), text('unknown')))),
      ),
    ],
  })
}

function withSteps({ from, steps }: Relation, ...more: readonly Step[]): Relation {
  return { from, steps: [...steps, ...more] }
}

const objectName: Spelling = {
  duckdb: 'raw_object',
  trino: `regexp_extract("$path", '([^/]+)\\.ndjson\\.[a-z]+$', 1)`,
  kql: "''",
}

const rawLines: View = {
  name: 'raw_lines',
  comment: 'The MailItemsAccessed lines of the tenant, from eight days before the asked time to eight days after it.',
  ...withSteps(
    lakeRows('raw', { operation: column('operation'), raw_object: objectName, line: column('line') }, [
      equals(column('operation'), text('MailItemsAccessed')),
    ]),
    select(['date', 'raw_object', 'line']),
  ),
}

const compacted: View = {
  name: 'compacted',
  comment: 'What the compactor has made of them.',
  ...withSteps(
    lakeRows('items', Object.fromEntries(itemNames.map((name) => [name, column(name)])), []),
    select([...itemNames, 'date'], {
      record_key: choose(
        isGiven(column('record_id')),
        concat(text('id:'), column('record_id'), text(':'), column('record_digest')),
        concat(text('no-id:'), column('raw_object'), text(':'), toText(column('raw_line'))),
      ),
      record_group: coalesce(column('record_id'), text('')),
    }),
  ),
}

const operation = column('operation')
const organization = column('organization')
const isOthers = and(isGiven(organization), differs(organization, placeholder('tenant')))
const isMailAccess = isTrue(equals(operation, text('MailItemsAccessed')))
const readLines: readonly Step[] = [
  extend({ j: parsed(column('line')) }),
  extend({ operation: textOf(json, 'Operation'), organization: lower(textOf(json, 'OrganizationId')) }),
]

const lineCounts: View = {
  name: 'line_counts',
  comment: 'What became of every line. One that this engine cannot read as JSON is in no other view unless it is compacted.',
  ...relation(
    'raw_lines',
    ...readLines,
    extend({
      fate: choose(
        not(isObject(json)),
        text('unreadable'),
        isOthers,
        text('other_tenant'),
        isMailAccess,
        text('record'),
        text('other_operation'),
      ),
    }),
    group(['fate'], { lines: count }),
  ),
}

const rawRecords: View = {
  name: 'raw_records',
  comment:
    'Records, each once: by its Id and what it says. A record without an Id counts by itself, and two different ones under one Id both do.',
  ...relation(
    'raw_lines',
    ...readLines,
    where(and(isObject(json), isMailAccess, not(isTrue(isOthers)))),
    extend({ record_id: textOf(json, 'Id'), record_digest: digest(column('line')) }),
    number('delivery', ['record_id', 'record_digest'], [asc('raw_object')]),
    where(or(equals(column('delivery'), one), isMissing(column('record_id')))),
    select(['date', 'raw_object', 'line', 'record_id', 'record_digest'], {
      record_key: choose(
        isGiven(column('record_id')),
        concat(text('id:'), column('record_id'), text(':'), column('record_digest')),
        concat(text('no-id:'), column('record_digest'), text(':'), toText(column('delivery'))),
      ),
      record_group: coalesce(column('record_id'), text('')),
    }),
  ),
}

const isSync = equals(column('kind'), text('Sync'))
const folder = column('folder')
const message = column('message')
const isItem = and(not(isSync), isTrue(isObject(message)))
const isFolder = and(isSync, or(isGiven(column('sent_path')), isGiven(column('sent_name'))))
const address = column('address_normalized')

const rawItems: View = {
  name: 'raw_items',
  comment: 'The columns of items, made of raw records. `record_digest` is of this engine, and `raw_line` is not known.',
  ...relation(
    'raw_records',
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
    extend({ folders: choose(isSync, listWithFirst(column('parent_folder'), column('folder_list')), column('folder_list')) }),
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
      folder_path: choose(equals(column('is_unnamed'), one), missingText, column('sent_path')),
      folder_name: choose(isSync, column('sent_name'), missingText),
      internet_message_id: textOf(message, 'InternetMessageId'),
      message_id: bareId(textOf(message, 'InternetMessageId')),
      subject: textOf(message, 'Subject'),
      size_bytes: wholeNumber(message, 'SizeInBytes'),
      raw_line: toInteger(missingNumber),
    }),
    extend({ message_id_folded: lower(column('message_id')) }),
    select(rowNames),
  ),
}

const staleRecords: View = {
  name: 'stale_records',
  comment: 'Records that are in raw and not yet in items. Empty when the compactor is done.',
  ...relation(
    'raw_records',
    group(['date', 'record_group'], { raw_count: count }),
    leftJoin(
      relation(
        'compacted',
        where(equals(column('item_index'), verbatim('0'))),
        group(['date', 'record_group'], { compacted_count: count }),
      ),
      ['date', 'record_group'],
    ),
    where(or(isMissing(column('compacted_count')), isTrue(below(column('compacted_count'), column('raw_count'))))),
    select(['date', 'record_group'], { is_stale: yes }),
  ),
}

const itemRows: View = {
  name: 'item_rows',
  isStored: true,
  comment: 'Every record exactly once: from items, or from raw where items does not hold it yet.',
  ...relation({
    all: [
      relation('compacted', leftJoin('stale_records', ['date', 'record_group']), where(isMissing(column('is_stale'))), select(rowNames)),
      relation('raw_items', join('stale_records', ['date', 'record_group']), select(rowNames)),
    ],
  }),
}

/** From lines of the lake to item rows. */
export const rawViews: readonly View[] = [rawLines, compacted, lineCounts, rawRecords, rawItems, staleRecords, itemRows]
