import { minuteMs, type TenantId } from '@mailtrail/core'
import { openLake } from '@mailtrail/lake'
import { connectRedis, createTurns, createWorkQueues } from '@mailtrail/queues'
import type { Role } from '@mailtrail/runtime'
import { listTenantIds } from '@mailtrail/tenants'
import { TenantSchedule } from './schedule-tenant.ts'

/** Looks every minute at what is due for each tenant. A tenant whose lake or registration fails holds up nobody else. */
export const startScheduler: Role = async ({ config, clock, log }) => {
  await using parts = new AsyncDisposableStack()
  const redis = parts.adopt(await connectRedis(config.redisUrl, { allowInsecure: config.insecureRedis }), (connection) =>
    connection.disconnect(),
  )
  const lake = parts.use(await openLake(config.lake))
  const queues = parts.use(createWorkQueues(redis))
  const deps = { lake, queues, turns: createTurns(redis, queues), destinations: config.destinations.map(({ name }) => name) }
  const schedules = new Map<TenantId, TenantSchedule>()
  const ending = new AbortController()
  const options = { signal: ending.signal }

  const tickTenant = async (tenantId: TenantId): Promise<void> => {
    const known = schedules.get(tenantId)
    const schedule = known ?? new TenantSchedule(deps, tenantId)
    if (!known) await schedule.load(clock.now(), options)
    schedules.set(tenantId, schedule)
    await schedule.tick(clock.now(), options)
  }

  const tick = async (): Promise<void> => {
    try {
      for await (const tenantId of listTenantIds(lake, options)) {
        await tickTenant(tenantId).catch((error) =>
          log.error({ event: 'tenant.schedule_failed', role: 'scheduler', tenantId, code: codeOf(error) }),
        )
      }
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
