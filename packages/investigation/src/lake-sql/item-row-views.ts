import { below, choose, coalesce, concat, count, equals, isGiven, isMissing, isTrue, or, text, toText, yes } from './functions.ts'
import { lakeRows } from './lake-rows.ts'
import { rawItems } from './raw-items-view.ts'
import type { View } from './relation.ts'
import { itemNames, rowNames } from './row-names.ts'
import { column, verbatim } from './spelling.ts'
import { group, leftJoin, relation, select, where } from './steps.ts'

const compacted: View = {
  name: 'compacted',
  comment: 'What the compactor has made of them.',
  ...lakeRows(
    { name: 'items', columns: Object.fromEntries(itemNames.map((name) => [name, column(name)])) },
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

const staleRecords: View = {
  name: 'stale_records',
  isStored: true,
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
      relation('raw_items'),
    ],
  }),
}

/** Each record once, from items or from raw. */
export const itemRowViews: readonly View[] = [compacted, staleRecords, rawItems, itemRows]
