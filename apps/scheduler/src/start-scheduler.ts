import { hourMs, minuteMs } from '@mailtrail/core'
import { withReadCache } from '@mailtrail/lake'
import {
  connectRedis,
  createSchedulingNotes,
  createTenantBrakes,
  createTurns,
  createWorkQueues,
  queueHealth,
  startLeaderLease,
} from '@mailtrail/queues'
import { type CheckResult, type Role, runningRole } from '@mailtrail/runtime'
import { createTenantLakes, openFleetLake } from '@mailtrail/tenants'
import { FleetSchedule } from './fleet-schedule.ts'
import { RetentionRounds } from './retention-rounds.ts'

/** A tenant that is looked at for so long is stuck, and the others with it. */
const stuckMs = 10 * minuteMs

/** Looks every minute at what is due for each tenant, while it leads; of several schedulers the others stand by. */
export const startScheduler: Role = async ({ config, clock, log }) => {
  await using parts = new AsyncDisposableStack()
  const redis = parts.adopt(await connectRedis(config.redisUrl, { ...config, log }), (connection) => connection.disconnect())
  // Histories are looked at every minute, and their events never change.
  const fleetLake = withReadCache(parts.use(await openFleetLake(config)), { prefix: 'control/', maxBytes: 16 * 1024 * 1024 })
  const lakes = parts.use(createTenantLakes(fleetLake, config.lakes))
  const queues = parts.use(createWorkQueues(redis))
  const ending = new AbortController()
  const fleet = new FleetSchedule({
    ...{ fleetLake, lakes, queues, clock, log },
    ...{ turns: createTurns(redis, queues), brakes: createTenantBrakes(redis), notes: createSchedulingNotes(redis) },
    rounds: new RetentionRounds({ fleetLake, queues, retention: config.retention }),
    destinations: config.destinations.map(({ name }) => name),
    horizonMs: config.horizonHours * hourMs,
    mayQueue: async () => {
      if (!lease.isHeld()) await lease.renew().catch(() => {})
      return lease.isHeld() && !ending.signal.aborted
    },
  })
  let running = Promise.resolve()
  const tick = (): Promise<void> => {
    running = running.then(() => fleet.tick({ signal: ending.signal }))
    return running
  }
  const tell = (event: string): void => log.info({ event, role: 'scheduler' })
  const lease = parts.use(
    await startLeaderLease(redis, {
      name: 'scheduler',
      onTaken: () => {
        tell('scheduler.leads')
        void tick()
      },
      onLost: () => {
        tell('scheduler.stands_by')
        fleet.forget()
      },
    }),
  )
  tell(lease.isHeld() ? 'scheduler.leads' : 'scheduler.stands_by')
  await tick()
  parts.defer(() => running)
  parts.defer(() => ending.abort())
  parts.use(clock.every(minuteMs, tick))

  const { live, ready, signals } = queueHealth(redis)
  const checkTicks = (): CheckResult => {
    // What waits for Redis is not stuck.
    if (redis.status !== 'ready') fleet.noteProgress()
    return fleet.idleMs < stuckMs ? { isOk: true } : { isOk: false, reason: `nothing went on for ${Math.round(fleet.idleMs / 1_000)} s` }
  }
  const tellLeading = (): CheckResult => ({ isOk: true, details: { leading: lease.isHeld() } })
  return runningRole(parts, { live: { ...live, ticks: checkTicks }, ready: { ...ready, leadership: tellLeading }, signals })
}
