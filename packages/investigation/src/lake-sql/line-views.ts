import {
  and,
  choose,
  coalesce,
  concat,
  count,
  differs,
  equals,
  isGiven,
  isMissing,
  isTrue,
  lower,
  not,
  or,
  placeholder,
  text,
  toText,
} from './functions.ts'
import { lakeRows } from './lake-rows.ts'
import { digest, isObject, parsed, textOf } from './record-functions.ts'
import type { Step, View } from './relation.ts'
import { column, type Spelling, verbatim } from './spelling.ts'
import { asc, extend, group, number, relation, select, where } from './steps.ts'

const json = column('j')
const one = verbatim('1')

const objectName: Spelling = {
  duckdb: 'raw_object',
  trino: `regexp_extract("$path", '([^/]+)\\.ndjson\\.[a-z]+$', 1)`,
  kql: "''",
}

const rawLines: View = {
  name: 'raw_lines',
  comment: 'The MailItemsAccessed lines of the tenant, from eight days before the asked time to eight days after it.',
  ...lakeRows(
    {
      name: 'raw',
      columns: { operation: column('operation'), raw_object: objectName, line: column('line') },
      condition: equals(column('operation'), text('MailItemsAccessed')),
    },
    select(['date', 'raw_object', 'line']),
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

/** The lines of the tenant, and the records in them. */
export const lineViews: readonly View[] = [rawLines, lineCounts, rawRecords]
