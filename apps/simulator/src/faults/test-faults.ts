import { afterEach, describe, expect, test } from 'vitest'
import type { Reply } from '../test-client.ts'
import { startTestWorld, type TestWorld } from '../test-world.ts'
import type { FaultDefinition } from './fault-definition.ts'
import { shown } from './see-fault.ts'

/** What one may observe of a fault in a world that has it. */
export interface Sight {
  /** Members of the fault beside its name. */
  readonly fault?: object
  readonly tenant?: object
  readonly see: (world: TestWorld) => Promise<unknown>
  readonly seen: unknown
}

/** Tests that each of the faults shows on the wire: by a sight, or, as a text, by the answer of each operation that it concerns. */
export function testFaults(faults: readonly FaultDefinition[], sights: Readonly<Record<string, string | Sight>>): void {
  describe('a fault shows on the wire:', () => {
    let world: TestWorld | undefined

    afterEach(async () => {
      await world?.[Symbol.asyncDispose]()
      world = undefined
    })

    test.each(faults)('$name', async ({ name, operations }) => {
      const sight = sights[name]
      if (sight === undefined) throw new Error('Nothing shows this fault.')
      const { fault, tenant, see, seen } = typeof sight === 'string' ? answersOf(operations, sight) : sight
      world = await startTestWorld([{ fault: name, ...fault }], tenant ? { tenant } : {})
      expect(await see(world)).toEqual(seen)
    })
  })
}

function answersOf(operations: FaultDefinition['operations'], answer: string): Sight {
  return {
    see: (world) => Promise.all(operations.map((operation) => describeCall(world, operation))),
    seen: operations.map(() => answer),
  }
}

async function describeCall({ simulator, ...running }: TestWorld, operation: string): Promise<string> {
  const calls: Readonly<Record<string, () => Promise<Reply>>> = {
    token: running.token,
    start: running.start,
    stop: () => running.feed('subscriptions/stop?contentType=Audit.Exchange', 'POST'),
    'list-subscriptions': () => running.feed('subscriptions/list'),
    'list-content': () => running.list(),
    'fetch-content': () => running.fetch('c1'),
  }
  try {
    const reply = await calls[operation]?.()
    return reply?.headers.location?.startsWith(simulator.foreignOrigin) ? `${reply.status} foreign` : shown(reply)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}
