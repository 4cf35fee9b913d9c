import { type ItemColumnType, itemColumns } from '../items/item-columns.ts'

interface TableColumn {
  readonly name: string
  readonly type: ItemColumnType
}

/** A folder of the lake as a table. */
export interface LakeTable {
  readonly name: string
  readonly folder: 'raw' | 'items' | 'email-events'
  readonly columns: readonly TableColumn[]
  readonly isParquet: boolean
  /** Partitions above the date, the outermost first. */
  readonly partitions: readonly ('operation' | 'tenant')[]
  /** Whether the date is a partition too. EmailEvents are always read whole. */
  readonly hasDate: boolean
}

const line: TableColumn = { name: 'line', type: 'VARCHAR' }

/** A record is one column: its shape varies more than a table may, and a column that does not fit would be lost in silence. */
export const lakeTables: readonly LakeTable[] = [
  { name: 'raw', folder: 'raw', columns: [line], isParquet: false, partitions: ['operation', 'tenant'], hasDate: true },
  { name: 'items', folder: 'items', columns: itemColumns, isParquet: true, partitions: ['tenant'], hasDate: true },
  { name: 'email_events', folder: 'email-events', columns: [line], isParquet: false, partitions: ['tenant'], hasDate: false },
]

/** The operations that a projected partition may have; a lake that keeps more names them here. */
export const projectedOperations: readonly string[] = ['MailItemsAccessed']

/** Dates that a record may have, see core's `parseCreationTime`. */
export const projectedDates: readonly [string, string] = ['2000-01-01', '2100-12-31']
