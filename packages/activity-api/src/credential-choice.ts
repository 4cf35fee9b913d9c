import { ActivityApiError } from './activity-api-error.ts'
import type { Credential } from './activity-api-options.ts'
import type { Login, LoginRequest, SignedIn } from './login.ts'

/** A token, and the place of the credential that got it among those of the options. */
export interface Granted extends SignedIn {
  readonly credential: number
}

/**
 * Signs in with the credential that worked last, and where the token service does not take it with the others: certificates first, in the
 * order given otherwise. Only a refused credential leads on to the next; a missing consent or a throttling is the same for all of them.
 *
 * @throws {@link ActivityApiError} the first refusal, with the codes of the others, if none is taken
 */
export function createCredentialChoice(
  credentials: readonly Credential[],
  createLogin: (credential: Credential) => Login,
): (request: LoginRequest) => Promise<Granted> {
  const preferred = credentials
    .map((credential, index) => ({ index, isSecret: credential.kind === 'secret', login: createLogin(credential) }))
    .sort((a, b) => Number(a.isSecret) - Number(b.isSecret))
  let working: number | undefined

  return async (request) => {
    const refusals: ActivityApiError[] = []
    const order = preferred.toSorted((a, b) => Number(b.index === working) - Number(a.index === working))
    for (const { index, login } of order) {
      try {
        const signedIn = await login(request)
        working = index
        return { ...signedIn, credential: index }
      } catch (error) {
        if (!(error instanceof ActivityApiError) || error.code !== 'ACTIVITY_API_LOGIN_FAILED') throw error
        refusals.push(error)
      }
    }
    throw toRefusal(refusals)
  }
}

function toRefusal(refusals: readonly ActivityApiError[]): unknown {
  const [first, ...others] = refusals
  if (first === undefined || others.length === 0) return first
  const detail = `None of ${refusals.length} credentials was taken; the others failed by ${others.map(reasonOf).join(', ')}.`
  const { tenantId, operation, status, vendorCode, serviceDate } = first
  return new ActivityApiError('ACTIVITY_API_LOGIN_FAILED', { tenantId, operation, status, vendorCode, serviceDate, detail, cause: first })
}

function reasonOf({ vendorCode, status }: ActivityApiError): string {
  return vendorCode ?? (status === undefined ? 'PEM that cannot be used' : `HTTP ${status}`)
}
