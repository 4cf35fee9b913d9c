import { setImmediate } from 'node:timers/promises'
import { MailtrailError } from '@mailtrail/core'
import { loadConfig, type Role, runRole } from '@mailtrail/runtime'
import type { FromRole, ToRole } from './role-messages.ts'
import { SteeredClock } from './steered-clock.ts'

/** One role of a fleet as a process of its own, like `mailtrail serve`, with the one difference that the test steers its clock. */
/** Only what it runs is loaded: processes start often. */
const roles: Readonly<Record<string, () => Promise<Role>>> = {
  lister: async () => (await import('@mailtrail/lister')).startLister,
  fetcher: async () => (await import('@mailtrail/fetcher')).startFetcher,
  notifier: async () => (await import('@mailtrail/notifier')).serveNotifier,
  compactor: async () => (await import('@mailtrail/compactor')).startCompactor,
  scheduler: async () => (await import('@mailtrail/scheduler')).startScheduler,
}

const [name = '', now = ''] = process.argv.slice(2)
const clock = new SteeredClock(Number(now))

// Nothing outlives the test.
const endAtOnce = (): never => process.exit(1)
process.on('disconnect', endAtOnce)
process.on('message', (message: ToRole) => {
  if ('now' in message) void clock.step(message.now).then(() => say({ stepped: message.now }))
  else void liveBytes().then((bytes) => say({ liveBytes: bytes }))
})

try {
  const role = await roles[name]?.()
  if (!role) throw new Error(`There is no role ${name}.`)
  const toldRole: Role = async (resources) => {
    const running = await role(resources)
    say({ started: true })
    return running
  }
  await runRole(name, toldRole, loadConfig({}, process.env), clock)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
  say({ failed: error instanceof MailtrailError ? error.code : 'UNEXPECTED' })
  process.exitCode = 1
}
process.off('disconnect', endAtOnce)
process.disconnect?.()

function say(message: FromRole): void {
  if (process.connected) process.send?.(message)
}

/** What is held once everything that can be let go is. */
async function liveBytes(): Promise<number> {
  // What the first round finds dead lets go of more in the next.
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.()
    await setImmediate()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
