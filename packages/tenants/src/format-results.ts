import { stringify } from 'csv-stringify/sync'
import type { RowResult } from './apply-import.ts'

/** The results as CSV, in the order of the list. Cells that a spreadsheet would take for formulas are made harmless. */
export function formatResults(results: readonly RowResult[]): string {
  const rows = results.map(({ line, tenantId, result, reasons }) => [line, tenantId ?? '', result, reasons.join('; ')])
  return stringify([['line', 'tenant_id', 'result', 'reasons'], ...rows], { escape_formulas: true })
}
