import type { Dispatcher } from 'undici'
import type { ActivityApiOptions } from './activity-api-options.ts'
import type { ServiceClock } from './service-clock.ts'
import type { TokenSource } from './token-source.ts'

/** What every call needs: whose feed it is, the connections, the tokens, and the service's time. */
export interface Session {
  readonly options: ActivityApiOptions
  readonly agent: Dispatcher
  readonly tokens: TokenSource
  readonly serviceClock: ServiceClock
}
