import type { Random } from '../random.ts'
import type { Access, Bind, Sync } from './access.ts'
import { ownAddress, serviceAddress } from './addresses.ts'
import { hourMs, storyDays, wholeSecond } from './calendar.ts'
import type { CastTenant, Mailbox } from './cast.ts'
import type { FiledMessage } from './mail.ts'

/**
 * How a mailbox's owner reads mail on each day of the story. Every day has a morning and an afternoon access, so the mailbox's own
 * records are never far apart.
 *
 * @param filed - what the owner may read
 */
export function ownerAccesses(random: Random, tenant: CastTenant, mailbox: Mailbox, filed: readonly FiledMessage[]): Access[] {
  return storyDays.flatMap((midnight) => {
    const session = random.guid()
    const times = [
      midnight + random.int(6 * hourMs, 10 * hourMs),
      midnight + random.int(14 * hourMs, 18 * hourMs),
      ...Array.from({ length: random.int(6, 16) }, () => midnight + random.int(5 * hourMs, 21 * hourMs)),
    ]
    return times.map((time) => ownerAccess(random, { tenant, mailbox, filed, session, time: wholeSecond(time) }))
  })
}

interface Occasion {
  readonly tenant: CastTenant
  readonly mailbox: Mailbox
  readonly filed: readonly FiledMessage[]
  readonly session: string
  readonly time: number
}

function ownerAccess(random: Random, { tenant, mailbox, filed, session, time }: Occasion): Access {
  const isSync = mailbox.program === 'outlook' && random.chance(0.25)
  const isByService = mailbox.program === 'rest' && random.chance(0.35)
  return {
    id: random.guid(),
    tenant,
    mailbox,
    time,
    by: isSync ? 'outlook' : mailbox.program,
    address: isByService ? serviceAddress(random) : ownAddress(random, mailbox.address),
    session,
    what: isSync ? syncOfSomeFolder(random, mailbox) : bindOf(random, filed, time, random.int(1, 4)),
  }
}

/** Some of the messages that had arrived by then; now and then an item without an id. */
export function bindOf(random: Random, filed: readonly FiledMessage[], time: number, count: number): Bind {
  const arrived = filed.filter(({ message }) => message.sentAt < time)
  return { type: 'Bind', items: random.sample(arrived, count), unnamed: random.chance(0.01) ? 1 : 0 }
}

export function syncOfSomeFolder(random: Random, { inbox }: Mailbox): Sync {
  return { type: 'Sync', folder: random.pick([inbox.slice(1), 'Sent Items', 'Calendar', 'Archive 2024']) }
}
