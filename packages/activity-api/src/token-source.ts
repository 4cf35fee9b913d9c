import { type AuthenticationResult, ConfidentialClientApplication } from '@azure/msal-node'
import type { Abortable } from '@mailtrail/core'
import type { Dispatcher } from 'undici'
import { ActivityApiError } from './activity-api-error.ts'
import type { ActivityApiOptions } from './activity-api-options.ts'
import { toClientAuth } from './client-auth.ts'
import { createLoginNetwork, type LoginNetwork } from './login-network.ts'
import { orAbort } from './or-abort.ts'

export interface TokenSource {
  /** A token that was not refused: from memory, or a new one. Callers at the same time share one request. */
  get(options: Abortable): Promise<string>
  /** Says that the service did not take this token. */
  refuse(token: string): void
}

/** Tokens of the app in one tenant, kept in memory and renewed some minutes before they expire. */
export function createTokenSource(options: ActivityApiOptions, agent: Dispatcher): TokenSource {
  const ask = createAsk(options, createLoginNetwork(options, agent))
  let refused: string | undefined
  let pending: Promise<string> | undefined

  const acquire = async () => {
    const known = await ask({ skipCache: false })
    return known === refused ? ask({ skipCache: true }) : known
  }
  const share = () => {
    const request = acquire().finally(() => {
      if (pending === request) pending = undefined
    })
    return request
  }
  return {
    get: async ({ signal }) => {
      signal?.throwIfAborted()
      pending ??= share()
      return orAbort(pending, signal)
    },
    refuse: (token) => {
      if (token === refused) return
      refused = token
      // A request begun before the refusal may still return the very token.
      pending = undefined
    },
  }
}

type Ask = (request: { readonly skipCache: boolean }) => Promise<string>

function createAsk(options: ActivityApiOptions, network: LoginNetwork): Ask {
  const scopes = [`${options.cloud.resource}/.default`]
  let app: ConfidentialClientApplication | undefined
  return async ({ skipCache }) => {
    app ??= createApp(options, network)
    try {
      return requireToken(await app.acquireTokenByClientCredential({ scopes, skipCache }))
    } catch (error) {
      throw network.takeFailure() ?? toLoginFailure(error, options)
    }
  }
}

function createApp(options: ActivityApiOptions, network: LoginNetwork): ConfidentialClientApplication {
  const { cloud, tenantId, clientId } = options
  const { host } = new URL(cloud.loginHost)
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      authority: new URL(`/${tenantId}`, cloud.loginHost).href,
      // Named as known, a host is taken at its word: otherwise Microsoft's worldwide login host would be asked about it.
      knownAuthorities: [host],
      ...toClientAuth(options),
    },
    system: { networkClient: network, disableInternalRetries: true },
  })
}

function requireToken(result: AuthenticationResult | null): string {
  if (!result?.accessToken) throw new Error('The token service returned no access token.')
  return result.accessToken
}

/** An answer MSAL cannot use. Its message quotes the service, so only its code is taken. */
function toLoginFailure(error: unknown, { tenantId }: ActivityApiOptions): ActivityApiError {
  const reason = error instanceof Error && 'errorCode' in error ? String(error.errorCode) : 'no access token'
  return new ActivityApiError('ACTIVITY_API_RESPONSE_INVALID', { tenantId, operation: 'login', detail: `Reason: ${reason}.` })
}
