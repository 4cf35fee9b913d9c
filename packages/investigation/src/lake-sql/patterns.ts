/** Regular expressions that every engine reads alike: no look-around, and no quote in them. */

/** What JavaScript trims, at either end. Engines differ in the white space of `\s` and in how they write a code point. */
export const outerSpace: string = String.raw`^[\s\x0b\p{Z}\x{feff}]+|[\s\x0b\p{Z}\x{feff}]+$`

const octet = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`
const port = String.raw`(?:\d{1,4}|[0-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])`

export const dottedAddress: string = String.raw`(?:${octet}\.){3}${octet}`

/** In the order they are taken off: brackets with or without a port, the port of a v4 address, the zone of a v6 address. */
export const addressWrappings: readonly string[] = [
  String.raw`^\[([^\]]*)\](?::${port})?$`,
  String.raw`^([\d.]+):${port}$`,
  String.raw`^(.*:.*)%[\w.~-]+$`,
]

/** A run of zero groups in a v6 address, and what stands before and after it. */
export function zeroGroups(count: number): string {
  return `^(.*?)(?:^|:)0(?::0){${count - 1}}(?:$|:)(.*)$`
}

/** Lengths of such runs that \`::\` stands for, longest first. */
export const zeroRuns: readonly number[] = [8, 7, 6, 5, 4, 3, 2]

export const zonedTime: string = String.raw`(?i)^\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?(Z|[+-](0\d|1[0-4]):?[0-5]\d)?$`

const jsonText = String.raw`"[^"\\]*(?:\\.[^"\\]*)*"`

/** A name with its value, or a value alone. */
export const jsonToken: string = String.raw`${jsonText}(?::(?:${jsonText}|[^\s"{}\[\],]+))?|[^\s"{}\[\],:]+`
