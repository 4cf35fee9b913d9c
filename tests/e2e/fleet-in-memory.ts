import type { ActivityApi } from '@mailtrail/activity-api'
import { defaultHorizonMs, MailtrailError, type TenantId } from '@mailtrail/core'
import { createTurnHandler } from '@mailtrail/fetcher'
import { createFolderStore, type ObjectStore, withReadCache } from '@mailtrail/lake'
import { createListHandler, createSealHandler, createSubscriptions } from '@mailtrail/lister'
import type { Receipt, Receipts, TaskContext, Turns, TurnTask, WindowTask, WorkQueues } from '@mailtrail/queues'
import { type Clock, createLogger } from '@mailtrail/runtime'
import { TenantSchedule } from '@mailtrail/scheduler'

export const roleNames = ['scheduler', 'lister', 'fetcher'] as const
export type RoleName = (typeof roleNames)[number]

export interface FleetInMemoryOptions {
  readonly tenantId: TenantId
  /** Holds the lake. */
  readonly folder: string
  readonly api: ActivityApi
  readonly clock: Clock
}

/**
 * The real planner, handlers and folder lake for one tenant, with queues that are arrays in place of Redis: no network and no real time, so that a month
 * passes in seconds. It does not peek.
 */
export class FleetInMemory {
  readonly lake: ObjectStore
  readonly #options: FleetInMemoryOptions
  readonly #windows = new Map<string, WindowTask>()
  #turns: TurnTask[] = []
  readonly #receipts = new Map<string, Map<string, Receipt>>()
  #schedule: TenantSchedule | undefined
  readonly #runWindow: (task: WindowTask) => Promise<void>
  readonly #runTurn: (task: TurnTask) => Promise<void>

  constructor(options: FleetInMemoryOptions) {
    const { folder, api, clock } = options
    this.#options = options
    this.lake = withReadCache(createFolderStore(folder), { prefix: 'ledger/', maxBytes: 64 * 1024 * 1024 })
    const lakes = { open: async () => this.lake }
    const apis = { open: async () => api, noteFailure: () => {} }
    const brakes = { hold: async (_tenant: unknown, error: unknown) => error, read: async () => undefined, release: async () => {} }
    const [turns, receipts, queues] = [this.#turnsPort(), this.#receiptsPort(), this.#queuesPort()]
    const list = createListHandler({
      lakes,
      apis,
      turns,
      brakes,
      clock,
      subscriptions: createSubscriptions(this.lake, lakes, clock),
      routes: { 'Audit.Exchange': ['MailItemsAccessed'] },
    })
    const seal = createSealHandler({ lakes, receipts, clock })
    const turn = createTurnHandler({
      fleetLake: this.lake,
      lakes,
      apis,
      brakes,
      receipts,
      turns,
      queues,
      clock,
      destinations: [],
      spoolFolder: folder,
      compression: 'gzip',
    })
    const context: TaskContext = { signal: new AbortController().signal, log: createLogger('silent'), attempt: 1, lastAttempt: false }
    this.#runWindow = async (task) => {
      if (task.kind === 'list') await list(task, context)
      if (task.kind === 'seal') await seal(task, context)
    }
    this.#runTurn = (task) => turn(task, context)
  }

  /** Lets the roles that are up do what there is to do now. What fails leaves the queue, as it does when its attempts are spent. */
  async tick(up: ReadonlySet<RoleName>): Promise<void> {
    if (up.has('scheduler')) await this.#tickSchedule()
    for (let isDone = false; !isDone; ) {
      const [id, task] = (up.has('lister') && this.#windows.entries().next().value) || []
      const turn = up.has('fetcher') ? this.#turns.shift() : undefined
      if (id !== undefined && task) {
        this.#windows.delete(id)
        await this.#runWindow(task).catch(ignoreRefusal)
      }
      if (turn) await this.#runTurn(turn).catch(ignoreRefusal)
      isDone = !task && !turn
    }
  }

  /** A scheduler that starts anew knows only what the lake says. */
  restartScheduler(): void {
    this.#schedule = undefined
  }

  /** Redis comes back empty. */
  loseQueues(): void {
    this.#windows.clear()
    this.#turns = []
    this.#receipts.clear()
  }

  async #tickSchedule(): Promise<void> {
    const { tenantId, clock } = this.#options
    const brakes = { read: async () => undefined }
    const lakes = { fleetLake: this.lake, lake: this.lake }
    const ports = { queues: this.#queuesPort(), turns: this.#turnsPort(), brakes, destinations: [] }
    const deps = { ...lakes, ...ports, horizonMs: defaultHorizonMs }
    const schedule = this.#schedule ?? new TenantSchedule(deps, tenantId)
    if (!this.#schedule) await schedule.load(clock.now())
    this.#schedule = schedule
    await schedule.tick(clock.now())
  }

  #queuesPort(): WorkQueues {
    const add = (task: WindowTask): void => {
      const name = task.kind === 'list' ? task.entry : task.kind
      this.#windows.set(`${task.contentType}/${task.start}-${task.end}/${name}`, task)
    }
    const port: Pick<WorkQueues, 'list' | 'seal' | 'peek' | 'alert' | 'compact'> = {
      list: async (task) => add({ v: 1, kind: 'list', ...task }),
      seal: async (task) => add({ v: 1, kind: 'seal', ...task }),
      peek: async () => {},
      alert: async () => {},
      compact: async () => true,
    }
    return port as WorkQueues
  }

  #turnsPort(): Turns {
    return {
      offer: async ({ tenantId, entryKey, total }) => {
        if (this.#turns.some((turn) => turn.entryKey === entryKey)) return
        this.#turns.push({ v: 1, kind: 'turn', tenantId, entryKey, offset: 0, count: total, turnId: entryKey })
      },
      release: async () => {},
    }
  }

  #receiptsPort(): Receipts {
    const of = (span: { start: number; end: number }): Map<string, Receipt> => {
      const key = `${span.start}-${span.end}`
      const known = this.#receipts.get(key) ?? new Map<string, Receipt>()
      this.#receipts.set(key, known)
      return known
    }
    return {
      add: async (_tenantId, span, receipt) => void of(span).set(receipt.id, receipt),
      read: async (_tenantId, span) => of(span),
      count: async (_tenantId, span) => of(span).size,
      forget: async (_tenantId, span) => void of(span).clear(),
    }
  }
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof MailtrailError)) throw error
}
