import { itemColumns } from '../items/item-columns.ts'

export const itemNames: readonly string[] = itemColumns.map(({ name }) => name)

/** Columns of item rows: those of items, the date, and what names the record. */
export const rowNames: readonly string[] = [...itemNames, 'date', 'record_key', 'record_group']
