import { type Abortable, eachConcurrently, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import type { SchedulingNotes } from '@mailtrail/queues'
import type { Clock, Logger } from '@mailtrail/runtime'
import { listTenantIds, type TenantLakes } from '@mailtrail/tenants'
import type { RetentionRounds } from './retention-rounds.ts'
import { type ScheduleDeps, TenantSchedule } from './schedule-tenant.ts'

export interface FleetScheduleDeps extends Omit<ScheduleDeps, 'lake'> {
  readonly fleetLake: ObjectStore
  readonly lakes: Pick<TenantLakes, 'open'>
  readonly rounds: RetentionRounds
  readonly notes: SchedulingNotes
  readonly clock: Clock
  readonly log: Logger
  /** Whether this process may queue anything. */
  readonly mayQueue: () => Promise<boolean>
}

/** Tenants looked at at a time: enough to hide a store's latency. */
const tenantsAtOnce = 8

/** What is due for each tenant. A tenant whose lake or registration fails holds up nobody else. */
export class FleetSchedule {
  readonly #deps: FleetScheduleDeps
  #schedules = new Map<TenantId, TenantSchedule>()
  /** Real time since anything went on, for who asks whether it is stuck. */
  #progressedAt = performance.now()

  constructor(deps: FleetScheduleDeps) {
    this.#deps = deps
  }

  get idleMs(): number {
    return performance.now() - this.#progressedAt
  }

  noteProgress(): void {
    this.#progressedAt = performance.now()
  }

  /** What was known is stale once another queued for the tenants. */
  forget(): void {
    this.#schedules = new Map()
  }

  /** Queues what is due for each tenant; it ends where the process may no longer queue. Logs what fails. */
  async tick({ signal }: Abortable): Promise<void> {
    const { fleetLake, clock, log, mayQueue, notes } = this.#deps
    this.noteProgress()
    if (!(await mayQueue())) return
    let failures = 0
    try {
      const options = { signal, queuedSince: await notes.queuedSince(clock.now()) }
      await eachConcurrently(listTenantIds(fleetLake, { signal }), { limit: tenantsAtOnce }, async (tenantId) => {
        if (!(await mayQueue())) return
        try {
          await this.#tickTenant(tenantId, options)
          await notes.noteProgress()
        } catch (error) {
          failures += 1
          if (!signal?.aborted) log.error({ event: 'tenant.schedule_failed', role: 'scheduler', tenantId, code: codeOf(error) })
        }
        this.noteProgress()
      })
      if (failures === 0 && (await mayQueue())) await notes.noteProgress()
    } catch (error) {
      if (!signal?.aborted) log.error({ event: 'fleet.not_scheduled', role: 'scheduler', code: codeOf(error) })
    }
  }

  async #tickTenant(tenantId: TenantId, options: Abortable & { readonly queuedSince: number }): Promise<void> {
    const { rounds, lakes, clock } = this.#deps
    await rounds.offer(tenantId, clock.now(), options)
    const schedules = this.#schedules
    const known = schedules.get(tenantId)
    const schedule = known ?? new TenantSchedule({ ...this.#deps, lake: await lakes.open(tenantId, options) }, tenantId)
    if (!known) await schedule.load(clock.now(), options)
    schedules.set(tenantId, schedule)
    await schedule.tick(clock.now(), options)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : error instanceof Error ? error.name : 'unknown'
}
