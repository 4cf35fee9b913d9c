import { setTimeout as delay } from 'node:timers/promises'
import type { ChaosFault } from './chaos-fault.ts'
import type { ChaosFleet } from './chaos-fleet.ts'

const nothing = async (): Promise<void> => {}

/** What happens to Redis, and to what it holds. */
export const redisFaults: readonly ChaosFault[] = [
  {
    name: 'Redis killed, its data kept',
    begin: async ({ redis }) => {
      await redis.kill()
      return () => redis.restart()
    },
  },
  {
    name: 'Redis killed, its data lost',
    begin: async ({ redis }) => {
      await redis.kill()
      return () => redis.restart({ wipe: true })
    },
  },
  {
    name: 'Redis emptied',
    begin: async ({ connection }) => {
      await connection.flushall()
      return nothing
    },
  },
  {
    // As if its worker had stood still: every job in work goes to a second worker while the first is at it.
    name: 'every job delivered twice',
    begin: async (fleet) => {
      const ending = new AbortController()
      const losing = loseLocks(fleet, ending.signal)
      return async () => {
        ending.abort()
        await losing
      }
    },
  },
]

const dropLocks = `for _, key in ipairs(redis.call('KEYS', '*:lock')) do redis.call('DEL', key) end`

async function loseLocks({ connection }: ChaosFleet, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await connection.eval(dropLocks, 0)
    await delay(20)
  }
}
