import { type AuthenticationResult, ConfidentialClientApplication } from '@azure/msal-node'
import type { Dispatcher } from 'undici'
import { ActivityApiError } from './activity-api-error.ts'
import type { ActivityApiOptions, Credential } from './activity-api-options.ts'
import { toClientAuth } from './client-auth.ts'
import { createLoginNetwork } from './login-network.ts'

export interface LoginRequest {
  /** Asks the token service although a token is known. */
  readonly skipCache: boolean
}

export interface SignedIn {
  readonly token: string
  /** Until then it need not be asked for again, by `performance.now()`. */
  readonly heldUntil: number
}

/** Gets a token by one credential: the one it keeps until some minutes before it expires, or a new one. */
export type Login = (request: LoginRequest) => Promise<SignedIn>

/** MSAL gives no token that expires within five minutes, and takes longer to say so than a request takes to send; it is asked twice a minute. */
const [renewedEarlyMs, heldMs] = [300_000, 30_000]

export function createLogin(options: ActivityApiOptions, agent: Dispatcher, credential: Credential): Login {
  const { cloud, tenantId } = options
  const network = createLoginNetwork(options, agent)
  const scopes = [`${cloud.resource}/.default`]
  const createApp = (): ConfidentialClientApplication =>
    new ConfidentialClientApplication({
      auth: {
        clientId: options.clientId,
        authority: new URL(`/${tenantId}`, cloud.loginHost).href,
        // Named as known, a host is taken at its word: otherwise Microsoft's worldwide login host would be asked about it.
        knownAuthorities: [new URL(cloud.loginHost).host],
        ...toClientAuth(tenantId, credential),
      },
      system: { networkClient: network, disableInternalRetries: true },
    })
  let app: ConfidentialClientApplication | undefined

  return async ({ skipCache }) => {
    app ??= createApp()
    try {
      return toSignedIn(await app.acquireTokenByClientCredential({ scopes, skipCache }))
    } catch (error) {
      // MSAL would answer the calls of the next minute from a failure it remembers, by an error of its own that says less.
      app = undefined
      throw network.takeFailure() ?? toLoginFailure(error, options)
    }
  }
}

function toSignedIn(result: AuthenticationResult | null): SignedIn {
  if (!result?.accessToken) throw new Error('The token service returned no access token.')
  // MSAL dates it by the system's clock.
  const leftMs = (result.expiresOn?.getTime() ?? 0) - Date.now() - renewedEarlyMs
  return { token: result.accessToken, heldUntil: performance.now() + Math.min(heldMs, leftMs) }
}

/** An answer MSAL cannot use. Its message quotes the service, so only its code is taken. */
function toLoginFailure(error: unknown, { tenantId }: ActivityApiOptions): ActivityApiError {
  const reason = error instanceof Error && 'errorCode' in error ? String(error.errorCode) : 'no access token'
  return new ActivityApiError('ACTIVITY_API_RESPONSE_INVALID', { tenantId, operation: 'login', detail: `Reason: ${reason}.` })
}
