import { startCompactor } from '@mailtrail/compactor'
import { startFetcher } from '@mailtrail/fetcher'
import { startLister } from '@mailtrail/lister'
import { serveNotifier } from '@mailtrail/notifier'
import type { Role, RoleResources } from '@mailtrail/runtime'
import { startScheduler } from '@mailtrail/scheduler'

/** Every role by the name that `serve` takes. The scheduler is last, so that workers wait for what it queues. */
export const roles: Readonly<Record<string, Role>> = {
  lister: startLister,
  fetcher: startFetcher,
  notifier: serveNotifier,
  compactor: startCompactor,
  scheduler: startScheduler,
}

/** Starts the named roles in this process; disposing ends them in reverse order. */
export async function startRoles(names: readonly string[], resources: RoleResources): Promise<AsyncDisposable> {
  await using parts = new AsyncDisposableStack()
  for (const name of names) {
    const role = roles[name]
    if (role) parts.use(await role(resources))
  }
  return parts.move()
}
