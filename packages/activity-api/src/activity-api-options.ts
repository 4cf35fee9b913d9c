import type { TenantId } from '@mailtrail/core'
import type { Cloud } from './clouds.ts'

export type Credential =
  | { readonly kind: 'secret'; readonly clientSecret: string }
  /** PEM blocks of the certificate and of its unencrypted private key, RSA of 2048 bits or more, in any order. */
  | { readonly kind: 'certificate'; readonly certificatePem: string }

export interface ActivityApiOptions {
  readonly tenantId: TenantId
  readonly cloud: Cloud
  /** The app registration that reads the feed. */
  readonly clientId: string
  /** Tenant GUID of the company that runs this client: neither the app nor the customer. It decides whose quota is used. */
  readonly publisherId: string
  readonly credential: Credential
}
