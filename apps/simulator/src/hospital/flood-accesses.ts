import type { Random } from '../random.ts'
import type { Access, ThrottleFlag } from './access.ts'
import { dayMs, floodFrom, floodTo, hourMs, storyDays, wholeSecond } from './calendar.ts'
import type { Cast } from './cast.ts'
import type { FiledMessage } from './mail.ts'
import { bindOf, syncOfSomeFolder } from './owner-accesses.ts'

const applicationAddress = '20.50.88.14'
const recordsInFlood = 1_060

/** How Exchange writes the flag is known from no public record, so its place and case vary. */
const flags: readonly ThrottleFlag[] = [
  { name: 'IsThrottled', value: 'True', isFirst: false },
  { name: 'isThrottled', value: 'true', isFirst: true },
  { name: 'IsThrottled', value: 'TRUE', isFirst: true },
]

/** Exchange records no Bind of the mailbox from the last flagged record on, for 24 hours. */
const bindsResumeAt: number = floodTo + dayMs

/** A mailbox's own application reads so much in a day that Exchange stops recording; before and after, it reads a little. */
export function floodAccesses(random: Random, { hospital, flooded }: Cast, filed: readonly FiledMessage[]): Access[] {
  const access = (time: number, throttled?: ThrottleFlag): Access => ({
    id: random.guid(),
    tenant: hospital,
    mailbox: flooded,
    time: wholeSecond(time),
    by: 'application',
    address: { text: applicationAddress, decides: 'outside' },
    session: random.guid(),
    what: bindOf(random, filed, time, 1),
    ...(throttled && { throttled }),
  })
  const usual = storyDays.flatMap((midnight) => Array.from({ length: 12 }, () => midnight + random.int(0, dayMs - 1)))
  const flood = Array.from(
    { length: recordsInFlood },
    (_, index) => floodFrom + (index * (floodTo - floodFrom - hourMs / 10)) / recordsInFlood,
  )
  const flagged = flags.map((flag, index) => access(floodTo - (flags.length - 1 - index) * 40_000, flag))
  return [...usual.filter(isRecorded).map((time) => access(time)), ...flood.map((time) => access(time)), ...flagged]
}

/** What Exchange still records of the owner: of the blind time, synchronisations only. */
export function throttledOwnerAccesses(random: Random, accesses: readonly Access[]): Access[] {
  return accesses.map((access) =>
    isRecorded(access.time) ? access : { ...access, by: 'outlook', what: syncOfSomeFolder(random, access.mailbox) },
  )
}

function isRecorded(time: number): boolean {
  return time < floodTo - hourMs / 10 || time > bindsResumeAt + hourMs
}
