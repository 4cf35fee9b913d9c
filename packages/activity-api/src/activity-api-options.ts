import type { Abortable, TenantId } from '@mailtrail/core'
import type { Cloud } from './clouds.ts'

export type Credential =
  | { readonly kind: 'secret'; readonly clientSecret: string }
  /** PEM blocks of the certificate and of its unencrypted private key, RSA of 2048 bits or more, in any order; others of its chain may be there too. */
  | { readonly kind: 'certificate'; readonly certificatePem: string }

/** What bounds the requests of one tenant to the API, over all processes that send some. */
export interface RequestBudget {
  /** Called before each request; ends when it may be sent. What it throws is thrown by the call. */
  take(options: Abortable): Promise<void>
  /** Called when the service throttled a request. */
  throttled(retryAfterMs: number | undefined): Promise<void>
}

export interface ActivityApiOptions {
  readonly tenantId: TenantId
  readonly cloud: Cloud
  /** The app registration that reads the feed. */
  readonly clientId: string
  /** Tenant GUID of the company that runs this client: neither the app nor the customer. It decides whose quota is used. */
  readonly publisherId: string
  /** Several while one is replaced by another: certificates are tried before secrets, in this order otherwise, until the token service takes one. */
  readonly credentials: readonly [Credential, ...Credential[]]
  /** Our own time in ms since the epoch, against which the service's is measured. */
  readonly clock: { now(): number }
  /** Absent: nothing but the service bounds the requests. */
  readonly budget?: RequestBudget | undefined
}
