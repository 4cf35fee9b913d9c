import { type ActivityApi, type ActivityApiOptions, type Credential, certificateExpiry, createActivityApi } from '@mailtrail/activity-api'
import type { Abortable } from '@mailtrail/core'
import { attempt } from './check-attempt.ts'
import type { CredentialFact } from './check-facts.ts'
import { resolveSecret, type SecretContext } from './secret.ts'
import { credentialOf } from './tenant-apis.ts'

export interface SignIns extends AsyncDisposable {
  readonly credentials: readonly CredentialFact[]
  /** The feed by the first credential that was taken. */
  readonly api: ActivityApi | undefined
}

/** Signs in with each credential by itself, so that one that works does not hide one that does not. */
export async function signInWithEach(
  references: readonly string[],
  app: Omit<ActivityApiOptions, 'credentials'>,
  context: SecretContext,
  options: Abortable,
): Promise<SignIns> {
  await using opened = new AsyncDisposableStack()
  const credentials: CredentialFact[] = []
  let api: ActivityApi | undefined
  let isHopeless = false
  for (const reference of references) {
    const read = await attempt(async () => credentialOf(await resolveSecret(reference, context)))
    if ('failure' in read) {
      credentials.push({ reference: kindOf(reference), kind: undefined, signIn: read })
      continue
    }
    const fact = describe(reference, read.value)
    if (isHopeless) {
      credentials.push({ ...fact, signIn: undefined })
      continue
    }
    const own = opened.use(createActivityApi({ ...app, credentials: [read.value] }))
    const signIn = await attempt(() => own.describeAccess(options))
    credentials.push({ ...fact, signIn })
    if ('value' in signIn) api ??= own
    // Only a refused credential leaves hope for the next; a missing consent or a login that is down is the same for all.
    else isHopeless = signIn.failure.code !== 'ACTIVITY_API_LOGIN_FAILED'
  }
  const kept = opened.move()
  return { credentials, api, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

function describe(reference: string, credential: Credential): Omit<CredentialFact, 'signIn'> {
  return { reference: kindOf(reference), kind: credential.kind, expiresAt: certificateExpiry(credential) }
}

/** A sealed reference holds the secret, and a path or a vault is nobody's business: the kind is all that is kept. */
function kindOf(reference: string): string {
  return reference.split(':', 1)[0] ?? ''
}
