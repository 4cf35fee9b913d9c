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
  // Names are read by the hundred thousand, and this is several times faster than to cut and convert.
  const number = (from: number, to: number): number => {
    let value = 0
    for (let at = from; at < to; at++) value = 10 * value + text.charCodeAt(at) - 48
    return value
  }
  return Date.UTC(number(0, 4), number(4, 6) - 1, number(6, 8), number(9, 11), number(11, 13), number(13, 15))
}
