import { startCompactor } from '@mailtrail/compactor'
import { startFetcher } from '@mailtrail/fetcher'
import { startLister } from '@mailtrail/lister'
import { serveNotifier } from '@mailtrail/notifier'
import { type Check, type Role, type RoleHealth, type RoleResources, type RunningRole, runningRole } from '@mailtrail/runtime'
import { startScheduler } from '@mailtrail/scheduler'

/** Every role by the name that `serve` takes. The scheduler is last, so that workers wait for what it queues. */
export const roles: Readonly<Record<string, Role>> = {
  lister: startLister,
  fetcher: startFetcher,
  notifier: serveNotifier,
  compactor: startCompactor,
  scheduler: startScheduler,
}

/** Starts the named roles in this process; disposing ends them, all at once. */
export async function startRoles(names: readonly string[], resources: RoleResources): Promise<RunningRole> {
  const running: (readonly [string, RunningRole])[] = []
  await using parts = new AsyncDisposableStack()
  parts.defer(async () => {
    await Promise.all(running.map(([, role]) => role[Symbol.asyncDispose]()))
  })
  for (const name of names) {
    const role = roles[name]
    if (role) running.push([name, await role(resources)])
  }
  return runningRole(parts, healthOf(running))
}

/** What all of them tell, each check under the name of its role. */
function healthOf(running: readonly (readonly [string, RunningRole])[]): RoleHealth {
  const all = (kind: 'live' | 'ready'): Record<string, Check> =>
    Object.fromEntries(
      running.flatMap(([name, { health }]) => Object.entries(health[kind]).map(([check, run]) => [`${name}.${check}`, run])),
    )
  const signals = running[0]?.[1].health.signals ?? (() => Promise.reject(new Error('no role is running')))
  return { live: all('live'), ready: all('ready'), signals }
}
