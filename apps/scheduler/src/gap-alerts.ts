import { type Alert, gapClosedAlert, gapOpenedAlert, raiseAlert, readAlert } from '@mailtrail/alerts'
import { type Abortable, dayMs, type TenantId, utcDate } from '@mailtrail/core'
import { alertPrefix, type ObjectStore } from '@mailtrail/lake'

/** A span of the feed that is not known to be complete. Times are UTC milliseconds of `contentCreated`. */
export interface Gap {
  readonly contentType: string
  readonly from: number
  readonly to: number
  readonly cause: string
  readonly recoverable: boolean
}

/** Alerts of the last days are looked at on start, to know which gaps were told of and not closed. */
const lookbackMs = 14 * dayMs

/** Tells of each gap once when it has lasted, and once when it is closed. */
export class GapAlerts {
  readonly #lake: ObjectStore
  readonly #tenantId: TenantId
  readonly #told = new Map<string, Gap>()

  constructor(lake: ObjectStore, tenantId: TenantId) {
    this.#lake = lake
    this.#tenantId = tenantId
  }

  async load(now: number, options?: Abortable): Promise<void> {
    const alerts: Alert[] = []
    for (let day = now - lookbackMs; day <= now + dayMs; day += dayMs) alerts.push(...(await this.#alertsOf(utcDate(day), options)))
    for (const { kind, data } of alerts) {
      if (kind === 'coverage.gap_opened') this.#told.set(nameOf(gapOf(data)), gapOf(data))
    }
    for (const { kind, data } of alerts) {
      if (kind === 'coverage.gap_closed') this.#told.delete(nameOf(gapOf(data)))
    }
  }

  /**
   * @param standing - the gaps that have lasted long enough at `now`
   * @param isHealed - whether a gap that no longer stands is closed, rather than out of sight
   * @returns the alerts that are new
   */
  async update(standing: readonly Gap[], isHealed: (gap: Gap) => boolean, now: number, options?: Abortable): Promise<Alert[]> {
    const raised: Alert[] = []
    const raise = async (alert: Alert): Promise<void> => {
      await raiseAlert(this.#lake, alert, options)
      raised.push(alert)
    }
    const names = new Map(standing.map((gap) => [nameOf(gap), gap]))
    for (const [name, gap] of names) {
      if (this.#told.has(name)) continue
      await raise(gapOpenedAlert(this.#tenantId, gap, now))
      this.#told.set(name, gap)
    }
    for (const [name, gap] of this.#told) {
      if (names.has(name)) continue
      if (isHealed(gap)) await raise(gapClosedAlert(this.#tenantId, gap, now))
      this.#told.delete(name)
    }
    return raised
  }

  async #alertsOf(date: string, options?: Abortable): Promise<Alert[]> {
    const alerts: Alert[] = []
    for await (const key of this.#lake.list(alertPrefix(this.#tenantId, date), options)) {
      const alertId = /\/([0-9a-f]{32})\.json$/.exec(key)?.[1]
      const alert = alertId && (await readAlert(this.#lake, { tenantId: this.#tenantId, date, alertId }, options))
      if (alert) alerts.push(alert)
    }
    return alerts
  }
}

/** Windows that cannot be listed are one gap however many they become; a span with missing contents is one of its own. */
function nameOf({ contentType, from, to, cause }: Gap): string {
  return cause === 'unlisted' ? `${contentType}/unlisted` : `${contentType}/${from}-${to}`
}

function gapOf(data: { contentType: string; from: string; to: string; cause: string; recoverable: boolean }): Gap {
  return { ...data, from: Date.parse(data.from), to: Date.parse(data.to) }
}
