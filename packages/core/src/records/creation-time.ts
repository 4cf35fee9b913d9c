import { minuteMs, utcDate } from '../interval.ts'

const pattern = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?(?:Z|([+-])(\d\d):?(\d\d))?$/i

const earliest = Date.UTC(2000, 0, 1)
const latest = Date.UTC(2101, 0, 1)

/**
 * Milliseconds since the epoch of a record's `CreationTime`; `undefined` for what is no time, or lies outside the years 2000 to 2100.
 *
 * The API sends UTC without a zone, which `new Date` would take for local time; exports of the same records add `Z`, an offset, up to
 * seven decimals, or a space for the `T`. Decimals beyond milliseconds are cut off.
 *
 * @see https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema
 */
export function parseCreationTime(value: unknown): number | undefined {
  const match = typeof value === 'string' ? pattern.exec(value.trim()) : null
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHour, offsetMinute] = match
  const local = utc([year, month, day, hour, minute, second])
  const offset = sign === undefined ? 0 : offsetMs(sign, Number(offsetHour), Number(offsetMinute))
  if (local === undefined || offset === undefined) return undefined
  const time = local + Number(fraction.slice(0, 3).padEnd(3, '0')) - offset
  return time >= earliest && time < latest ? time : undefined
}

/** The UTC date of a record's `CreationTime`, which names its partition in the lake. */
export function eventDate(value: unknown): string {
  const time = parseCreationTime(value)
  return time === undefined ? 'unknown' : utcDate(time)
}

/** `Date.UTC` carries 31 February over into March, so what it made is compared with what was asked. */
function utc(parts: readonly (string | undefined)[]): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number)
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  const isSame = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCHours() === hour
  return isSame && minute < 60 && second < 60 ? date.getTime() : undefined
}

/** Time zones reach from -12:00 to +14:00. */
function offsetMs(sign: string, hours: number, minutes: number): number | undefined {
  if (hours > 14 || minutes > 59) return undefined
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * minuteMs
}
