import { eachConcurrently, hourMs, minuteMs, type TenantId } from '@mailtrail/core'
import { connectRedis, createTenantBrakes, createTurns, createWorkQueues } from '@mailtrail/queues'
import type { Role } from '@mailtrail/runtime'
import { createTenantLakes, listTenantIds, openFleetLake } from '@mailtrail/tenants'
import { RetentionRounds } from './retention-rounds.ts'
import { TenantSchedule } from './schedule-tenant.ts'

/** Tenants looked at at a time: enough to hide a store's latency. */
const tenantsAtOnce = 8

/** Looks every minute at what is due for each tenant. A tenant whose lake or registration fails holds up nobody else. */
export const startScheduler: Role = async ({ config, clock, log }) => {
  await using parts = new AsyncDisposableStack()
  const redis = parts.adopt(await connectRedis(config.redisUrl, { ...config, log }), (connection) => connection.disconnect())
  const fleetLake = parts.use(await openFleetLake(config))
  const lakes = parts.use(createTenantLakes(fleetLake, config.lakes))
  const queues = parts.use(createWorkQueues(redis))
  const destinations = config.destinations.map(({ name }) => name)
  const horizonMs = config.horizonHours * hourMs
  const deps = { fleetLake, queues, turns: createTurns(redis, queues), brakes: createTenantBrakes(redis), destinations, horizonMs }
  const rounds = new RetentionRounds({ fleetLake, queues, retention: config.retention })
  const schedules = new Map<TenantId, TenantSchedule>()
  const ending = new AbortController()
  const options = { signal: ending.signal }

  const tickTenant = async (tenantId: TenantId): Promise<void> => {
    await rounds.offer(tenantId, clock.now(), options)
    const known = schedules.get(tenantId)
    const schedule = known ?? new TenantSchedule({ ...deps, lake: await lakes.open(tenantId, options) }, tenantId)
    if (!known) await schedule.load(clock.now(), options)
    schedules.set(tenantId, schedule)
    await schedule.tick(clock.now(), options)
  }

  const tick = async (): Promise<void> => {
    try {
      await eachConcurrently(listTenantIds(fleetLake, options), { limit: tenantsAtOnce }, (tenantId) =>
        tickTenant(tenantId).catch((error) =>
          log.error({ event: 'tenant.schedule_failed', role: 'scheduler', tenantId, code: codeOf(error) }),
        ),
      )
    } catch (error) {
      log.error({ event: 'fleet.not_scheduled', role: 'scheduler', code: codeOf(error) })
    }
  }

  let running = tick()
  await running
  parts.defer(() => running)
  parts.defer(() => ending.abort())
  parts.use(
    clock.every(minuteMs, () => {
      running = tick()
      return running
    }),
  )
  return parts.move()
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : error instanceof Error ? error.name : 'unknown'
}
