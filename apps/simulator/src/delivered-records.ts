import { parseJsonKeepingNumbers } from './json-text.ts'
import { digestRecords } from './record-digest.ts'
import type { AuditedRecord } from './world.ts'

/** What a collector says it delivered: copies counted by record. */
export interface DeliveredRecords {
  /** Takes a JSON array of records, one record, or a record a line. */
  take(text: string): { readonly taken: number; readonly unreadable: number }
  /** Each different record once, with the number of its copies. */
  copies(): readonly { readonly record: AuditedRecord; readonly count: number }[]
  /** Lines and files that are no JSON object. */
  unreadable(): number
}

export function createDeliveredRecords(): DeliveredRecords {
  const copies = new Map<string, { readonly record: AuditedRecord; count: number }>()
  let unreadableCount = 0
  return {
    take: (text) => {
      const values = parseRecordsOrLines(text)
      const records = values.filter(isRecord)
      for (const record of digestRecords(records)) {
        const key = `${record.id} ${record.sha256}`
        const copy = copies.get(key) ?? { record, count: 0 }
        copy.count += 1
        copies.set(key, copy)
      }
      unreadableCount += values.length - records.length
      return { taken: records.length, unreadable: values.length - records.length }
    },
    copies: () => [...copies.values()],
    unreadable: () => unreadableCount,
  }
}

/** What cannot be parsed is `undefined`. */
function parseRecordsOrLines(text: string): readonly unknown[] {
  const whole = parse(text)
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole]
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parse)
}

function parse(text: string): unknown {
  try {
    return parseJsonKeepingNumbers(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
