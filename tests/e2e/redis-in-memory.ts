import { type EndedWork, MailtrailError, minuteMs } from '@mailtrail/core'
import type {
  Brake,
  ContentTask,
  EndedJobCounts,
  FoldTask,
  Receipt,
  Receipts,
  TenantBrakes,
  Turns,
  WindowTask,
  WorkQueues,
} from '@mailtrail/queues'

export type Job = {
  readonly id: string
  /** How often it is tried. */
  readonly attempts: number
  attempt: number
} & (
  | { readonly role: 'lister'; readonly task: WindowTask }
  | { readonly role: 'fetcher'; readonly task: ContentTask }
  | { readonly role: 'compactor'; readonly task: FoldTask }
)

export interface RedisPorts {
  readonly queues: WorkQueues
  readonly turns: Turns
  readonly receipts: Receipts
  readonly brakes: TenantBrakes
  readonly endedJobs: EndedJobCounts
}

/** What the roles share and may lose: jobs, receipts and the brake of one tenant. A job stays until it is done or given up. */
export class RedisInMemory {
  readonly jobs = new Map<string, Job>()
  readonly #receipts = new Map<string, Map<string, Receipt>>()
  readonly #ended = new Map<string, EndedWork>()
  #brake: Brake | undefined

  /** It comes back empty. */
  lose(): void {
    this.jobs.clear()
    this.#receipts.clear()
    this.#ended.clear()
    this.#brake = undefined
  }

  /** @param step - goes before each command, and may fail it */
  ports(step: () => Promise<void>): RedisPorts {
    const shared = { queues: this.#queues(step), turns: this.#turns(step), receipts: this.#receiptsPort(step) }
    return { ...shared, brakes: this.#brakes(step), endedJobs: this.#endedJobs(step) }
  }

  #endedJobs(step: () => Promise<void>): EndedJobCounts {
    return {
      note: async (_tenantId, id, last, attempts) => {
        await step()
        const { first, ...known } = this.#ended.get(id) ?? { first: last, jobs: 0, attempts: 0 }
        const now = { first, last, jobs: known.jobs + 1, attempts: known.attempts + attempts }
        this.#ended.set(id, now)
        return now
      },
      forget: async (_tenantId, id) => void this.#ended.delete(id),
    }
  }

  #queues(step: () => Promise<void>): WorkQueues {
    const add = async (job: Job): Promise<void> => {
      await step()
      // As in Redis, what waits or runs is not queued twice. A seal that is asked for while one runs goes after it.
      const isAgain = this.jobs.has(job.id)
      if (!isAgain) this.jobs.set(job.id, job)
      else if (job.task.kind === 'seal') this.jobs.set(`${job.id}/again`, { ...job, id: `${job.id}/again` })
    }
    const spanId = (task: { start: number; end: number; contentType: string }): string => `${task.contentType}/${task.start}-${task.end}`
    const often = { attempts: 5, attempt: 0 }
    const once = { attempts: 1, attempt: 0 }
    const port: Pick<WorkQueues, 'list' | 'seal' | 'peek' | 'peekTurn' | 'alert' | 'compact' | 'fold'> = {
      list: (task) => add({ id: `${spanId(task)}/${task.entry}`, role: 'lister', task: { v: 1, kind: 'list', ...task }, ...often }),
      seal: (task) => add({ id: `${spanId(task)}/seal/${task.overdue}`, role: 'lister', task: { v: 1, kind: 'seal', ...task }, ...often }),
      peek: (task) => add({ id: 'peek', role: 'lister', task: { v: 1, kind: 'peek', ...task }, ...once }),
      peekTurn: (task) => add({ id: 'peek-turn', role: 'fetcher', task: { v: 1, kind: 'peek', ...task }, ...once }),
      alert: step,
      compact: () => step().then(() => true),
      fold: async (task) => {
        const isFolding = this.jobs.has('fold')
        await add({ id: 'fold', role: 'compactor', task: { v: 1, kind: 'fold', ...task }, attempts: 3, attempt: 0 })
        return !isFolding
      },
    }
    return port as WorkQueues
  }

  #turns(step: () => Promise<void>): Turns {
    return {
      offer: async ({ tenantId, entryKey, total }) => {
        await step()
        const task: ContentTask = { v: 1, kind: 'turn', tenantId, entryKey, offset: 0, count: total, turnId: entryKey }
        if (!this.jobs.has(entryKey)) this.jobs.set(entryKey, { id: entryKey, role: 'fetcher', task, attempts: 5, attempt: 0 })
      },
      release: step,
    }
  }

  #receiptsPort(step: () => Promise<void>): Receipts {
    const of = async (span: { start: number; end: number }): Promise<Map<string, Receipt>> => {
      await step()
      const key = `${span.start}-${span.end}`
      const known = this.#receipts.get(key) ?? new Map<string, Receipt>()
      this.#receipts.set(key, known)
      return known
    }
    return {
      add: async (_tenantId, span, ...receipts) => {
        const known = await of(span)
        for (const receipt of receipts) known.set(receipt.id, receipt)
      },
      read: async (_tenantId, span, ids) => new Map([...(await of(span))].filter(([id]) => ids.includes(id))),
      count: async (_tenantId, span) => (await of(span)).size,
      forget: async (_tenantId, span) => (await of(span)).clear(),
    }
  }

  #brakes(step: () => Promise<void>): TenantBrakes {
    return {
      hold: async (_tenantId, error, now) => {
        await step()
        if (!(error instanceof MailtrailError) || error.code !== 'SUBSCRIPTION_OFF') return error
        this.#brake = { code: error.code, until: now + 15 * minuteMs }
        return new MailtrailError(error.code, error.message)
      },
      read: async () => {
        await step()
        return this.#brake
      },
      release: async () => {
        await step()
        this.#brake = undefined
      },
    }
  }
}
