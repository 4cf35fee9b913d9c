import {
  type Abortable,
  type Collection,
  collectionOf,
  type DueFold,
  type DueListing,
  dueFolds,
  dueListings,
  hourMs,
  laneOf,
  listingDelayMs,
  MailtrailError,
  minuteMs,
  openWindows,
  type TenantId,
  utcDate,
} from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import type { TenantBrakes, Turns, WorkQueues } from '@mailtrail/queues'
import { readDestinations, readHistory } from '@mailtrail/tenants'
import { Asked } from './asked.ts'
import { CompactionPlan } from './compaction-plan.ts'
import { type Gap, GapAlerts } from './gap-alerts.ts'
import type { OpenGroup, WaitingEntry } from './open-group.ts'
import { sealAfterMs, standingGaps } from './standing-gaps.ts'
import { dayOf, TenantView } from './tenant-view.ts'

export interface ScheduleDeps {
  /** Where the tenants' histories are. */
  readonly fleetLake: ObjectStore
  /** Where this tenant's ledger and alerts are. */
  readonly lake: ObjectStore
  readonly queues: WorkQueues
  readonly turns: Turns
  readonly brakes: Pick<TenantBrakes, 'read'>
  /** How long after an event its record is waited for. */
  readonly horizonMs: number
  /** Names of the configured destinations. */
  readonly destinations: readonly string[]
}

export interface TickOptions extends Abortable {
  /** UTC milliseconds. */
  readonly queuedSince?: number
}

/** Contents that could not be fetched are tried again at this interval until they expire. */
const retryEveryMs = 15 * minuteMs
/** What is in the dead letters failed every time; it is tried this often, should a new release or somebody have mended the cause. */
const deadRetryEveryMs = 6 * hourMs
/** Folds that are not made, because the day became busy again or its objects are locked, are asked for at this interval in the end. */
const foldRetryEveryMs = 6 * hourMs
/** Listings queued at a time for one tenant, so that an outage does not flood the queue. */
const listingsAtOnce = 200
/** Fresh contents are looked for in the open window at this interval. */
const peekEveryMs = 2 * minuteMs

/** Decides what is due for one tenant, from its history and its ledger alone. */
export class TenantSchedule {
  readonly #deps: ScheduleDeps
  readonly #tenantId: TenantId
  readonly #view: TenantView
  readonly #gapAlerts: GapAlerts
  readonly #compactions = new CompactionPlan()
  readonly #offeredAt = new Map<string, number>()
  #asked = new Asked(retryEveryMs)
  #askedFolds = new Asked(foldRetryEveryMs)
  readonly #peekedAt = new Map<string, number>()
  #queuedSince = Number.NEGATIVE_INFINITY

  constructor(deps: ScheduleDeps, tenantId: TenantId) {
    this.#deps = deps
    this.#tenantId = tenantId
    this.#view = new TenantView(deps.lake, tenantId)
    this.#gapAlerts = new GapAlerts(deps.lake, tenantId)
  }

  async load(now: number, options?: Abortable): Promise<void> {
    await this.#view.load(now, options)
    this.#compactions.note(this.#view.takeNewDates(), Number.NEGATIVE_INFINITY)
    await this.#gapAlerts.load(now, options)
  }

  /**
   * Queues what is due at `now` and not on its way.
   *
   * @param options.queuedSince - since when what was queued is in Redis; what was queued before is not on its way any more
   * @throws {@link MailtrailError} `LEDGER_SPANS_UNREADABLE`, after everything else is done
   */
  async tick(now: number, options: TickOptions = {}): Promise<void> {
    this.#noteLoss(options.queuedSince)
    const collection = collectionOf(await readHistory(this.#deps.fleetLake, this.#tenantId, options))
    if (collection.state === 'none') return
    const isCollected = collection.state !== 'removed'
    const isKnown: Parameters<typeof dueListings>[2] = (span, entry) => this.#view.isKnown(span, entry)
    const findDue = (): DueListing[] => (isCollected ? dueListings(collection, now, isKnown, this.#deps.horizonMs) : [])
    const dueBefore = findDue()
    const stale = [...dueBefore, ...this.#view.openGroups(), ...this.#nextFolds(dueBefore, now)]
    for (const day of new Set(stale.map(({ start }) => dayOf(start)))) await this.#view.refresh(day, options)
    this.#compactions.note(this.#view.takeNewDates(), now)
    this.#forget(now)

    const due = findDue()
    for (const fold of this.#nextFolds(due, now)) await this.#fold(fold, now)
    for (const group of this.#view.openGroups()) await this.#seal(group, collection, now)
    const brake = isCollected ? await this.#deps.brakes.read(this.#tenantId) : undefined
    if (isCollected && (brake === undefined || now >= brake.until)) {
      // After a hold one listing is the probe.
      await this.#list(due, now, brake === undefined ? listingsAtOnce : 1)
      if (brake === undefined) await this.#peek(collection, now)
      for (const group of this.#view.openGroups()) await this.#offer(group, collection, now)
    }
    if (isCollected) await this.#compact(now)
    if (isCollected) await this.#tellOfGaps(due, collection, now, options)
    const { unreadable } = this.#view
    if (unreadable > 0) {
      throw new MailtrailError(
        'LEDGER_SPANS_UNREADABLE',
        `${unreadable} span(s) of tenant ${this.#tenantId} have a ledger entry or a fold that cannot be read.`,
      )
    }
  }

  async #list(due: readonly DueListing[], now: number, atOnce: number): Promise<void> {
    const nameOf = ({ contentType, start, end, entry }: DueListing): string => `${contentType}/${start}-${end}.${entry}`
    const ready = due.filter((listing) => this.#asked.isReady(nameOf(listing), now))
    for (const listing of ready.slice(0, atOnce)) {
      this.#asked.note(nameOf(listing), now)
      await this.#deps.queues.list({ tenantId: this.#tenantId, ...listing })
    }
  }

  /** One at a time of what is due and was not just asked for, for each fold names the one before it. */
  #nextFolds(due: readonly DueListing[], now: number): DueFold[] {
    const folds = dueFolds(this.#view.days(), { due, now, horizonMs: this.#deps.horizonMs })
    return folds.filter((fold) => this.#askedFolds.isReady(foldName(fold), now)).slice(0, 1)
  }

  async #fold(fold: DueFold, now: number): Promise<void> {
    const { contentType, start, fold: number } = fold
    const isQueued = await this.#deps.queues.fold({ tenantId: this.#tenantId, contentType, date: utcDate(start), fold: number })
    if (isQueued) this.#askedFolds.note(foldName(fold), now)
  }

  async #peek(collection: Collection, now: number): Promise<void> {
    // A window that has closed and is not to be listed yet, too: else what came last would wait twice as long.
    for (const window of [now - listingDelayMs, now].flatMap((at) => openWindows(collection, at))) {
      const name = `${window.contentType}/${window.start}`
      if (now < (this.#peekedAt.get(name) ?? Number.NEGATIVE_INFINITY) + peekEveryMs) continue
      this.#peekedAt.set(name, now)
      await this.#deps.queues.peek({ tenantId: this.#tenantId, ...window })
    }
  }

  /** After an hour a window is sealed without what is missing, and when the tenant is removed, at once. */
  async #seal({ contentType, start, end, since, unsealed, waiting }: OpenGroup, { state }: Collection, now: number): Promise<void> {
    const isOverdue = now >= since + sealAfterMs && (unsealed || waiting.some((entry) => this.#isIdle(entry, since, now)))
    if (!(state === 'removed' ? unsealed : isOverdue)) return
    await this.#deps.queues.seal({ tenantId: this.#tenantId, contentType, start, end, overdue: true })
  }

  async #offer({ contentType, start, end, since, waiting }: OpenGroup, collection: Collection, now: number): Promise<void> {
    const lane = laneOf(collection, contentType, { from: start, to: end })
    for (const entry of waiting) {
      // The lister offered the contents when it listed them.
      if (!this.#isIdle(entry, since, now)) continue
      const { key, total, expiration } = entry
      this.#offeredAt.set(key, now)
      await this.#deps.turns.offer({ tenantId: this.#tenantId, entryKey: key, total, expiration, lane })
    }
  }

  /** As many dates as the queue takes of a tenant, which is one. */
  async #compact(now: number): Promise<void> {
    for (const date of this.#compactions.due(now)) {
      if (!(await this.#deps.queues.compact({ tenantId: this.#tenantId, date }))) return
      this.#compactions.asked(date)
    }
  }

  #isIdle({ key, isDead }: WaitingEntry, since: number, now: number): boolean {
    const offeredAt = this.#offeredAt.get(key) ?? since
    return offeredAt < this.#queuedSince || now >= offeredAt + (isDead ? deadRetryEveryMs : retryEveryMs)
  }

  #noteLoss(queuedSince = Number.NEGATIVE_INFINITY): void {
    if (queuedSince <= this.#queuedSince) return
    this.#queuedSince = queuedSince
    this.#asked = new Asked(retryEveryMs)
    this.#askedFolds = new Asked(foldRetryEveryMs)
  }

  #forget(now: number): void {
    this.#view.forget(now)
    this.#asked.forget(now)
    this.#askedFolds.forget(now)
    // What was noted in the future was noted by a clock that has been set back.
    for (const [key, at] of this.#offeredAt) if (now >= at + 2 * deadRetryEveryMs || now < at) this.#offeredAt.delete(key)
    for (const [key, at] of this.#peekedAt) if (now < at || now >= at + hourMs) this.#peekedAt.delete(key)
  }

  async #tellOfGaps(due: readonly DueListing[], collection: Collection, now: number, options?: Abortable): Promise<void> {
    const gaps = standingGaps({ open: this.#view.openGroups(), due, collection }, now)
    const isHealed = ({ contentType, from, to }: Gap): boolean => this.#view.isWhole({ contentType, start: from, end: to })
    const alerts = await this.#gapAlerts.update(gaps, isHealed, now, options)
    if (alerts.length === 0) return
    const { fleetLake, queues } = this.#deps
    const destinations = await readDestinations(fleetLake, this.#tenantId, this.#deps.destinations, options)
    for (const { tenantId, date, id } of alerts) {
      for (const destination of destinations) await queues.alert({ tenantId, date, alertId: id, destination })
    }
  }
}

function foldName({ contentType, start, fold }: DueFold): string {
  return `${contentType}/${start}.fold-${fold}`
}
