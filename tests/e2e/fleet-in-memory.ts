import type { ActivityApi } from '@mailtrail/activity-api'
import { defaultHorizonMs, MailtrailError, type TenantId } from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import type { Clock } from '@mailtrail/runtime'
import { TenantSchedule } from '@mailtrail/scheduler'
import { type Job, RedisInMemory, type RedisPorts } from './redis-in-memory.ts'
import { stepwiseLake, type WorkerInMemory, workerInMemory } from './worker-in-memory.ts'

export const roleNames = ['scheduler', 'lister', 'fetcher', 'compactor'] as const
export type RoleName = (typeof roleNames)[number]

export interface FleetInMemoryOptions {
  readonly tenantId: TenantId
  readonly lake: ObjectStore
  readonly api: ActivityApi
  /** Of the scheduler, and of each of the {@link workers}. */
  readonly clockOf: (process: number) => Clock
  readonly spoolFolder: string
  readonly horizonMs?: number
  readonly trouble?: Trouble
}

/** What goes wrong inside of the fleet. */
export interface Trouble {
  /** Whether a process dies at this step. */
  crashes(): boolean
  /** Whether a job is taken by two workers at once, as after a lost lock. */
  races(): boolean
  /** Which of so many goes next. */
  pick(count: number): number
}

const workers = [1, 2] as const
const untroubled: Trouble = { crashes: () => false, races: () => false, pick: () => 0 }

class Crash extends Error {}

/**
 * The real planner and handlers for one tenant, with maps in place of Redis: no network and no real time, so that a month passes in
 * seconds. Processes may die at any step and begin anew, and a job may run on two workers at once.
 */
export class FleetInMemory {
  readonly #options: FleetInMemoryOptions
  readonly #trouble: Trouble
  readonly #redis = new RedisInMemory()
  readonly #workers = new Map<number, WorkerInMemory>()
  #schedule: TenantSchedule | undefined

  constructor(options: FleetInMemoryOptions) {
    this.#options = options
    this.#trouble = options.trouble ?? untroubled
  }

  /** Lets the roles that are up do what there is to do now. What fails is tried again at the next tick, until its attempts are spent. */
  async tick(up: ReadonlySet<RoleName>): Promise<void> {
    if (up.has('scheduler')) await this.#tickSchedule()
    const tried = new Set<Job>()
    for (;;) {
      const waiting = [...this.#redis.jobs.values()].filter((job) => up.has(job.role) && !tried.has(job))
      const job = waiting[this.#trouble.pick(waiting.length)]
      if (!job) return
      tried.add(job)
      await this.#run(job)
    }
  }

  /** A scheduler that starts anew knows only what the lake says. */
  restartScheduler(): void {
    this.#schedule = undefined
  }

  /** What an operator's commands queue with. */
  get redis(): RedisPorts {
    return this.#redis.ports(async () => {})
  }

  loseRedis(): void {
    this.#redis.lose()
  }

  async #run(job: Job): Promise<void> {
    job.attempt += 1
    const racing = this.#trouble.races() ? workers : [workers[this.#trouble.pick(workers.length)] ?? 1]
    const ends = await Promise.all(racing.map((number) => this.#runOn(number, job)))
    // Only the same job is ended: Redis may have lost it, and been given it anew.
    if (ends.includes('ended') && this.#redis.jobs.get(job.id) === job) this.#redis.jobs.delete(job.id)
    // Whoever dies leaves the job to another, and spends no attempt of it.
    if (ends.every((end) => end === 'died')) job.attempt -= 1
  }

  async #runOn(number: number, job: Job): Promise<'ended' | 'failed' | 'died'> {
    const worker = this.#workers.get(number) ?? this.#startWorker(number)
    this.#workers.set(number, worker)
    const isDead = (): boolean => this.#workers.get(number) !== worker
    try {
      await worker.run(job)
      return isDead() ? 'died' : 'ended'
    } catch (error) {
      if (isDead()) return 'died'
      if (!(error instanceof MailtrailError)) throw error
      return error.retry.again && job.attempt < job.attempts ? 'failed' : 'ended'
    }
  }

  #startWorker(number: number): WorkerInMemory {
    const { tenantId, lake, api, clockOf, spoolFolder, horizonMs = defaultHorizonMs } = this.#options
    const step = this.#lifeOf(() => this.#workers.delete(number))
    return workerInMemory({ tenantId, lake, api, redis: this.#redis, clock: clockOf(number), horizonMs, spoolFolder, step })
  }

  /** The steps of one process: once it is dead, nothing of it has an effect any more. */
  #lifeOf(onDeath: () => void): () => Promise<void> {
    let isDead = false
    return async () => {
      if (!isDead && this.#trouble.crashes()) {
        isDead = true
        onDeath()
      }
      if (isDead) throw new Crash()
    }
  }

  async #tickSchedule(): Promise<void> {
    const clock = this.#options.clockOf(0)
    try {
      const schedule = this.#schedule ?? this.#startSchedule()
      if (!this.#schedule) await schedule.load(clock.now())
      this.#schedule = schedule
      await schedule.tick(clock.now())
    } catch (error) {
      if (!(error instanceof Crash)) throw error
    }
  }

  #startSchedule(): TenantSchedule {
    const { tenantId, horizonMs = defaultHorizonMs } = this.#options
    const step = this.#lifeOf(() => {
      this.#schedule = undefined
    })
    const lake = stepwiseLake(this.#options.lake, step)
    return new TenantSchedule({ fleetLake: lake, lake, ...this.#redis.ports(step), destinations: [], horizonMs }, tenantId)
  }
}
