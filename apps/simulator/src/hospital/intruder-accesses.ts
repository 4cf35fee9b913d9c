import type { Random } from '../random.ts'
import type { Access, Address } from './access.ts'
import { crowdedWindow, dayMs, hourMs, incidentFrom, incidentTo, minuteMs, wholeSecond } from './calendar.ts'
import type { Cast } from './cast.ts'
import type { FiledMessage } from './mail.ts'

/** The network the intruder comes from. */
export const intruderNetwork = '174.20.0.0/16'

/** Messages that one remarkable record alone shows, three each, so that missing the record changes the answer. */
export interface Reserved {
  readonly lateContent: readonly FiledMessage[]
  readonly secondPage: readonly FiledMessage[]
  readonly lateListing: readonly FiledMessage[]
  readonly beforeIncident: readonly FiledMessage[]
  readonly afterIncident: readonly FiledMessage[]
}

const addresses = ['174.20.11.5', '174.20.77.201', '174.20.0.1', '174.20.255.254', '174.20.140.90']

/** Reserves messages that had arrived long before the incident. */
export function reserveMessages(random: Random, filed: readonly FiledMessage[]): Reserved {
  const candidates = random.sample(
    filed.filter(({ message }) => message.isExported && message.sentAt < incidentFrom - 2 * dayMs),
    15,
  )
  const three = (index: number): readonly FiledMessage[] => candidates.slice(3 * index, 3 * index + 3)
  return { lateContent: three(0), secondPage: three(1), lateListing: three(2), beforeIncident: three(3), afterIncident: three(4) }
}

/**
 * What the intruder does to the victim's mailbox.
 *
 * @param filed - the victim's mail without the reserved messages
 */
export function intruderAccesses(random: Random, { hospital, victim }: Cast, filed: readonly FiledMessage[], reserved: Reserved): Access[] {
  const access = (time: number, items: readonly FiledMessage[], more: Partial<Access> = {}): Access => ({
    id: random.guid(),
    tenant: hospital,
    mailbox: victim,
    time: wholeSecond(time),
    by: 'owa',
    address: inside(random.pick(addresses)),
    session: random.guid(),
    what: { type: 'Bind', items, unnamed: 0 },
    ...more,
  })
  const arrived = (time: number, count: number): FiledMessage[] =>
    random.sample(
      filed.filter(({ message }) => message.sentAt < time),
      count,
    )
  const atRandom = (more: Partial<Access>): Access => {
    const time = random.int(incidentFrom + hourMs, incidentTo - hourMs)
    return access(time, arrived(time, 5), more)
  }
  return [
    ...readingSessions(random, access, arrived),
    access(incidentFrom, arrived(incidentFrom, 4)),
    access(incidentFrom - 1000, reserved.beforeIncident),
    access(incidentTo, reserved.afterIncident),
    access(incidentFrom + 26 * hourMs, reserved.lateContent, { way: 'lateContent' }),
    access(crowdedWindow - 45 * minuteMs, reserved.secondPage, { way: 'secondPage' }),
    access(incidentFrom + 63 * hourMs, reserved.lateListing, { way: 'lateListing' }),
    atRandom({ address: inside('::ffff:174.20.91.7') }),
    atRandom({ address: inside('174.20.91.7:51234') }),
    atRandom({ oddity: 'emptyFirstFolder' }),
    atRandom({ oddity: 'paddedIds' }),
    atRandom({ oddity: 'bareIds' }),
    ...[2, 1, 3].map((unnamed) => atRandom({ what: { type: 'Bind', items: arrived(incidentFrom, 3), unnamed } })),
    ...['2024-03-13T14:02:11Z', '2024-03-15T03:10:45Z'].map((time) =>
      access(Date.parse(time), [], { by: 'outlook', what: { type: 'Sync', folder: 'Lab results' } }),
    ),
  ]
}

/** Sessions of half an hour to two hours, each from one address, several records each. */
function readingSessions(
  random: Random,
  access: (time: number, items: readonly FiledMessage[], more: Partial<Access>) => Access,
  arrived: (time: number, count: number) => FiledMessage[],
): Access[] {
  return Array.from({ length: 14 }, () => {
    const start = random.int(incidentFrom + hourMs, incidentTo - 3 * hourMs)
    const session = { session: random.guid(), address: inside(random.pick(addresses)) }
    return Array.from({ length: random.int(3, 7) }, (_, step) => {
      const time = start + step * random.int(4, 17) * minuteMs
      return access(time, arrived(time, random.int(2, 8)), session)
    })
  }).flat()
}

function inside(text: string): Address {
  return { text, decides: 'inside' }
}
