import type { Abortable } from '@mailtrail/core'
import type { Dispatcher } from 'undici'
import type { ActivityApiOptions } from './activity-api-options.ts'
import { createCredentialChoice, type Granted } from './credential-choice.ts'
import { createLogin } from './login.ts'
import { orAbort } from './or-abort.ts'

export interface TokenSource {
  /** A token that was not refused: from memory, or a new one. Callers at the same time share one request. */
  get(options: Abortable): Promise<string>
  /** Says that the service did not take this token. */
  refuse(token: string): void
  /** A new token, whatever is in memory. */
  renew(options: Abortable): Promise<Granted>
}

/** Tokens of the app in one tenant, kept in memory and renewed some minutes before they expire. */
export function createTokenSource(options: ActivityApiOptions, agent: Dispatcher): TokenSource {
  const ask = createCredentialChoice(options.credentials, (credential) => createLogin(options, agent, credential))
  let refused: string | undefined
  let held: Granted | undefined
  let pending: Promise<string> | undefined

  const acquire = async () => {
    const known = await ask({ skipCache: false })
    held = known.token === refused ? await ask({ skipCache: true }) : known
    return held.token
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
      if (held && held.token !== refused && performance.now() < held.heldUntil) return held.token
      pending ??= share()
      return orAbort(pending, signal)
    },
    refuse: (token) => {
      if (token === refused) return
      refused = token
      // A request begun before the refusal may still return the very token.
      pending = undefined
    },
    renew: async ({ signal }) => {
      signal?.throwIfAborted()
      return orAbort(ask({ skipCache: true }), signal)
    },
  }
}
