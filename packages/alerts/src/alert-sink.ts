import type { Abortable } from '@mailtrail/core'
import type { Alert } from './alert.ts'

export interface DeliverOptions extends Abortable {
  /** UTC milliseconds of this attempt, by the fleet's clock. */
  readonly at: number
}

/** A place alerts are delivered to. */
export interface AlertSink extends AsyncDisposable {
  /** The destination's name in configuration, in jobs and in the lake's keys. */
  readonly name: string
  /**
   * Delivers one alert, at least once: the receiver tells repeats by the alert's id.
   *
   * @returns what the destination answered when it accepted
   * @throws {@link MailtrailError} `ALERT_DELIVERY_FAILED`, to be tried again, or `ALERT_DESTINATION_GONE`, which is final
   */
  deliver(alert: Alert, options: DeliverOptions): Promise<{ readonly status: number }>
}
