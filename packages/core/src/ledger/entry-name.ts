import type { EntryName, EntrySpan } from './ledger-entry.ts'

/** `20240314T001000Z-20240314T002000Z`: sorts by time and needs no escaping in any store. */
export function spanName(span: Pick<EntrySpan, 'start' | 'end'>): string {
  return `${stamp(span.start)}-${stamp(span.end)}`
}

/** The name of an entry below its tenant and date: `<contentType>/<start>-<end>.<entry>.ndjson`. */
export function entryName(span: EntrySpan, entry: EntryName): string {
  return `${span.contentType}/${spanName(span)}.${entry}.ndjson`
}

/** The inverse of {@link entryName}; undefined when the name is none of ours. */
export function parseEntryName(name: string): (EntrySpan & { readonly entry: EntryName }) | undefined {
  const match = /^([^/]+)\/(\d{8}T\d{6}Z)-(\d{8}T\d{6}Z)\.([a-z0-9-]+)\.ndjson$/.exec(name)
  if (!match) return undefined
  const [, contentType = '', start = '', end = '', entry = ''] = match
  return {
    contentType,
    start: parseStamp(start),
    end: parseStamp(end),
    entry: entry as EntryName,
  }
}

function stamp(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

function parseStamp(text: string): number {
  const part = (from: number, to: number): number => Number(text.slice(from, to))
  return Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(9, 11), part(11, 13), part(13, 15))
}
