import {
  type Abortable,
  collectionOf,
  type DueListing,
  dueListings,
  hourMs,
  MailtrailError,
  minuteMs,
  type TenantId,
} from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import type { Turns, WorkQueues } from '@mailtrail/queues'
import { readHistory } from '@mailtrail/tenants'
import { type Gap, GapAlerts } from './gap-alerts.ts'
import type { OpenGroup } from './open-group.ts'
import { dayOf, TenantView } from './tenant-view.ts'

export interface ScheduleDeps {
  readonly lake: ObjectStore
  readonly queues: WorkQueues
  readonly turns: Turns
  readonly destinations: readonly string[]
}

/** A window is sealed this long after it was listed even if contents are missing. */
const sealAfterMs = hourMs
/** A gap is told of only when it has lasted. */
const gapAlertAfterMs = hourMs
/** Contents that could not be fetched are tried again at this interval until they expire. */
const retryEveryMs = 15 * minuteMs
/** Listings queued at a time for one tenant, oldest first, so that an outage does not flood the queue. */
const listingsAtOnce = 50

/** Decides what is due for one tenant, from its history and its ledger alone. */
export class TenantSchedule {
  readonly #deps: ScheduleDeps
  readonly #tenantId: TenantId
  readonly #view: TenantView
  readonly #gapAlerts: GapAlerts
  readonly #offeredAt = new Map<string, number>()

  constructor(deps: ScheduleDeps, tenantId: TenantId) {
    this.#deps = deps
    this.#tenantId = tenantId
    this.#view = new TenantView(deps.lake, tenantId)
    this.#gapAlerts = new GapAlerts(deps.lake, tenantId)
  }

  async load(now: number, options?: Abortable): Promise<void> {
    await this.#view.load(now, options)
    await this.#gapAlerts.load(now, options)
  }

  /**
   * Queues what is due at `now` and not on its way.
   *
   * @throws {@link MailtrailError} `LEDGER_SPANS_UNREADABLE`, after everything else is done
   */
  async tick(now: number, options?: Abortable): Promise<void> {
    const collection = collectionOf(await readHistory(this.#deps.lake, this.#tenantId, options))
    if (collection.state === 'none') return
    const findDue = (): DueListing[] => dueListings(collection, now, (span, entry) => this.#view.isKnown(span, entry))
    const days = new Set([...findDue(), ...this.#view.openGroups()].map(({ start }) => dayOf(start)))
    for (const day of days) await this.#view.refresh(day, options)
    this.#view.forget(now)
    for (const [key, at] of this.#offeredAt) if (now >= at + 2 * retryEveryMs) this.#offeredAt.delete(key)

    const due = findDue()
    for (const listing of due.slice(0, listingsAtOnce)) await this.#deps.queues.list({ tenantId: this.#tenantId, ...listing })
    for (const group of this.#view.openGroups()) await this.#pursue(group, now)
    await this.#tellOfGaps(due, now, options)
    const { unreadable } = this.#view
    if (unreadable > 0) {
      throw new MailtrailError(
        'LEDGER_SPANS_UNREADABLE',
        `${unreadable} span(s) of tenant ${this.#tenantId} have a ledger entry that cannot be read.`,
      )
    }
  }

  async #pursue(group: OpenGroup, now: number): Promise<void> {
    const { contentType, start, end, since, unsealed, waiting } = group
    const span = { tenantId: this.#tenantId, contentType, start, end }
    // The lister offered the contents when it listed them.
    const isIdle = ({ key }: { readonly key: string }): boolean => now >= (this.#offeredAt.get(key) ?? since) + retryEveryMs
    const idle = waiting.filter(isIdle)
    if (waiting.length > 0 && now >= since + sealAfterMs && (unsealed || idle.length > 0))
      await this.#deps.queues.seal({ ...span, overdue: true })
    for (const { key, total } of idle) {
      this.#offeredAt.set(key, now)
      await this.#deps.turns.offer({ tenantId: this.#tenantId, entryKey: key, total, start })
    }
  }

  async #tellOfGaps(due: readonly DueListing[], now: number, options?: Abortable): Promise<void> {
    const open = this.#view.openGroups().filter((group) => now >= gapSince(group) + gapAlertAfterMs)
    const unlisted = due.filter(({ entry, end }) => entry === 'listed' && now >= end + sealAfterMs + gapAlertAfterMs)
    const gaps = [...open.map((group) => gapOf(group, now)), ...unlisted.slice(0, 1).map(unlistedGap)]
    const isHealed = ({ contentType, from, to }: Gap): boolean => this.#view.isWhole({ contentType, start: from, end: to })
    for (const { tenantId, date, id } of await this.#gapAlerts.update(gaps, isHealed, now, options)) {
      for (const destination of this.#deps.destinations) await this.#deps.queues.alert({ tenantId, date, alertId: id, destination })
    }
  }
}

/** Windows that cannot be listed are told of once, by the oldest. */
function unlistedGap({ contentType, start, end }: DueListing): Gap {
  return { contentType, from: start, to: end, cause: 'unlisted', recoverable: true }
}

/** What is pending is no gap before its window is sealed without it. */
function gapSince({ since, outcome, unsealed }: OpenGroup): number {
  return outcome === 'pending' || unsealed ? since + sealAfterMs : since
}

function gapOf({ contentType, start, end, outcome, expiration }: OpenGroup, now: number): Gap {
  return {
    contentType,
    from: start,
    to: end,
    cause: outcome,
    recoverable: now < expiration && (outcome === 'pending' || outcome === 'dead'),
  }
}
