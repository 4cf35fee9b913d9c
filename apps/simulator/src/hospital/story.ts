import type { Random } from '../random.ts'
import type { Access, Oddity } from './access.ts'
import { serviceAddress } from './addresses.ts'
import { hourMs, incidentFrom, storyDays, storyEnd, storyStart, wholeSecond } from './calendar.ts'
import { type Cast, castStory } from './cast.ts'
import { floodAccesses, throttledOwnerAccesses } from './flood-accesses.ts'
import { intruderAccesses, reserveMessages } from './intruder-accesses.ts'
import { type FiledMessage, type MailRoom, writeMail } from './mail.ts'
import { bindOf, ownerAccesses } from './owner-accesses.ts'
import { shareMail } from './shared-mail.ts'

/** Everything that happens, before it becomes records, contents and an answer. */
export interface StoryLine {
  readonly cast: Cast
  readonly hospitalMail: MailRoom
  readonly clinicMail: MailRoom
  readonly hospitalAccesses: readonly Access[]
  readonly clinicAccesses: readonly Access[]
}

export function tellStory(random: Random): StoryLine {
  const cast = castStory(random.fork('cast'))
  const volumes = new Map([[cast.victim.upn, { received: [270, 280], sent: [55, 65] } as const]])
  const hospitalMail = writeMail(random.fork('hospital mail'), cast.hospital, volumes)
  const clinicMail = shareMail(random.fork('shared mail'), cast, hospitalMail, writeMail(random.fork('clinic mail'), cast.clinic))
  return {
    cast,
    hospitalMail,
    clinicMail,
    hospitalAccesses: hospitalAccesses(random.fork('hospital accesses'), cast, hospitalMail),
    clinicAccesses: cast.clinic.mailboxes.flatMap((mailbox) =>
      ownerAccesses(random.fork(mailbox.upn), cast.clinic, mailbox, clinicMail.filed.get(mailbox.upn) ?? []),
    ),
  }
}

function hospitalAccesses(random: Random, cast: Cast, { filed }: MailRoom): Access[] {
  const { hospital, victim, flooded, unaddressed } = cast
  const filedFor = (upn: string): readonly FiledMessage[] => filed.get(upn) ?? []
  const reserved = reserveMessages(random.fork('reserved'), filedFor(victim.upn))
  const isReserved = new Set(Object.values(reserved).flat())
  const victimMail = filedFor(victim.upn).filter((item) => !isReserved.has(item))
  const routine = hospital.mailboxes.flatMap((mailbox) => {
    const accesses = ownerAccesses(random.fork(mailbox.upn), hospital, mailbox, mailbox === victim ? victimMail : filedFor(mailbox.upn))
    return mailbox === flooded ? throttledOwnerAccesses(random.fork('blind'), accesses) : accesses
  })
  return [
    ...withOddities(routine, flooded.upn),
    ...victimAppAccesses(random.fork('victim app'), cast, victimMail),
    ...unaddressedAccesses(random.fork('unaddressed'), cast, filedFor(unaddressed.upn)),
    ...intruderAccesses(random.fork('intruder'), cast, victimMail, reserved),
    ...floodAccesses(random.fork('flood'), cast, filedFor(flooded.upn)),
  ]
}

/** The owner's telephone reads through Exchange Online's own addresses, so nobody can say that these reads were not the intruder's. */
function victimAppAccesses(random: Random, { hospital, victim }: Cast, filed: readonly FiledMessage[]): Access[] {
  return Array.from({ length: 26 }, () => {
    const time = wholeSecond(random.int(storyStart, storyEnd - 1))
    const what = bindOf(random, filed, time, random.int(1, 3))
    return {
      id: random.guid(),
      tenant: hospital,
      mailbox: victim,
      time,
      by: 'rest',
      address: serviceAddress(random),
      session: random.guid(),
      what,
    }
  })
}

/** Records whose address is missing, empty, or a name. */
function unaddressedAccesses(random: Random, { hospital, unaddressed: mailbox }: Cast, filed: readonly FiledMessage[]): Access[] {
  return [undefined, '', 'localhost', 'MBX-07.contoso-hospital.example'].map((text, index) => {
    const time = incidentFrom + (index + 2) * 5 * hourMs
    const what = bindOf(random, filed, time, 2)
    const address = { text, decides: 'nothing' } as const
    return { id: random.guid(), tenant: hospital, mailbox, time, by: 'owa', address, session: random.guid(), what }
  })
}

/** Gives a few of the routine binds a form that careless readers trip over. */
function withOddities(accesses: readonly Access[], floodedUpn: string): Access[] {
  const oddities: readonly Oddity[] = ['huge', 'escapedOperation', 'nestedOperation', 'nullFolder', 'emptyFirstFolder']
  const isEligible = ({ what, mailbox, address }: Access): boolean =>
    what.type === 'Bind' && mailbox.upn !== floodedUpn && address.decides === 'outside' && what.items.length > 1
  const eligible = accesses.filter(isEligible)
  const step = Math.floor(eligible.length / (oddities.length * storyDays.length))
  const odd = new Map(
    eligible.filter((_, index) => index % (step * storyDays.length) === step).map((access, index) => [access, oddities[index]]),
  )
  return accesses.map((access) => {
    const oddity = odd.get(access)
    return oddity ? { ...access, oddity } : access
  })
}
