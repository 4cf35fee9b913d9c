import type { Random } from '../e2e/random.ts'
import type { ChaosFault } from './chaos-fault.ts'
import type { FleetMember } from './fleet-member.ts'

const nothing = async (): Promise<void> => {}

/** What happens to processes and to the machines they run on. */
export const processFaults: readonly ChaosFault[] = [
  {
    name: 'roles killed',
    begin: async ({ members }, random) => {
      for (const member of someOf(members, random)) member.kill()
      return nothing
    },
  },
  {
    name: 'roles asked to end',
    begin: async ({ members }, random) => {
      for (const member of someOf(members, random)) member.kill('SIGTERM')
      return nothing
    },
  },
  {
    // Longer than a job is locked: what they had in work is done by others, and by them when they go on.
    name: 'roles stand still past their locks',
    begin: async ({ members }, random) => {
      const frozen = someOf(members, random).map((member) => member.freeze(2_500))
      return async () => void (await Promise.all(frozen))
    },
  },
  {
    name: 'a fetcher meets its memory limit',
    begin: async ({ members }, random) => {
      const fetcher = random.pick(members.filter(({ role }) => role === 'fetcher'))
      await fetcher.starve()
      // One that needs no more goes on, and is ended: its limit stays with it.
      return async () => fetcher.kill()
    },
  },
  {
    name: 'clocks jump',
    begin: async ({ members }, random) => {
      const jumped = someOf(members, random)
      await Promise.all(jumped.map((member) => member.skew(random.between(-180, 180) * 60_000)))
      return async () => void (await Promise.all(jumped.map((member) => member.skew(0))))
    },
  },
]

function someOf(members: readonly FleetMember[], random: Random): FleetMember[] {
  const drawn = members.filter(() => random.chance(0.35))
  return drawn.length > 0 ? drawn : [random.pick(members)]
}
