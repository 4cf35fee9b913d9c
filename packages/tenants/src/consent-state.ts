import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Abortable, hourMs, MailtrailError, parseTenantId, type TenantId } from '@mailtrail/core'
import { consentKey, type ObjectStore } from '@mailtrail/lake'
import { z } from 'zod'

/** How long a consent link is good for. */
export const consentLifeMs: number = 24 * hourMs

/** What a consent link was made for. An answer counts for this alone. */
export interface ConsentRequest {
  readonly clientId: string
  /** Name of the cloud. */
  readonly cloud: string
  /** Absent where any tenant may answer. */
  readonly tenantId?: TenantId | undefined
}

export interface ConsentState extends ConsentRequest {
  /** Names the state in the lake once it is used; base64url. */
  readonly nonce: string
  /** UTC milliseconds. */
  readonly expiresAt: number
}

const schema: z.ZodType<ConsentState> = z.strictObject({
  nonce: z.string().regex(/^[\w-]{22}$/),
  clientId: z.string(),
  cloud: z.string(),
  tenantId: z.string().transform(parseTenantId).optional(),
  expiresAt: z.number(),
})

/** A signed text for the `state` of a consent link: it comes back with the answer, and cannot be made or changed by anybody without the key. */
export function signConsentState(request: ConsentRequest, masterKey: Uint8Array, now: number): string {
  const { clientId, cloud, tenantId } = request
  const state: ConsentState = { nonce: randomBytes(16).toString('base64url'), clientId, cloud, tenantId, expiresAt: now + consentLifeMs }
  const payload = Buffer.from(JSON.stringify(state)).toString('base64url')
  return `${payload}.${signatureOf(payload, masterKey).toString('base64url')}`
}

/** @throws {@link MailtrailError} `CONSENT_STATE_INVALID`, `CONSENT_STATE_EXPIRED` */
export function openConsentState(text: string, masterKey: Uint8Array, now: number): ConsentState {
  const [payload = '', signature = '', ...rest] = text.split('.')
  const [given, expected] = [Buffer.from(signature, 'base64url'), signatureOf(payload, masterKey)]
  const isOurs = rest.length === 0 && given.length === expected.length && timingSafeEqual(given, expected)
  const state = isOurs ? parse(payload) : undefined
  if (!state) throw new MailtrailError('CONSENT_STATE_INVALID', `The state of this answer was not made here, or was changed. ${again}`)
  if (now < state.expiresAt) return state
  throw new MailtrailError('CONSENT_STATE_EXPIRED', `The consent link of this answer was good for 24 hours, which are over. ${again}`)
}

/**
 * Uses the state up; of several at once, one succeeds.
 *
 * @throws {@link MailtrailError} `CONSENT_STATE_USED`
 */
export async function useConsentState(
  fleetLake: ObjectStore,
  { nonce, ...rest }: ConsentState,
  { tenantId, usedAt, ...options }: Abortable & { readonly tenantId: TenantId; readonly usedAt: number },
): Promise<void> {
  const used = { schema: 1, ...rest, expiresAt: iso(rest.expiresAt), tenantId, usedAt: iso(usedAt) }
  if ((await fleetLake.create(consentKey(nonce), Buffer.from(`${JSON.stringify(used)}\n`), options)) === 'exists') throw alreadyUsed()
}

/** @throws {@link MailtrailError} `CONSENT_STATE_USED` */
export async function refuseUsedState(fleetLake: ObjectStore, { nonce }: ConsentState, options?: Abortable): Promise<void> {
  if (await fleetLake.stat(consentKey(nonce), options)) throw alreadyUsed()
}

const again = 'Make a new link with: mailtrail tenant consent-link'

function alreadyUsed(): MailtrailError {
  return new MailtrailError('CONSENT_STATE_USED', `The consent link of this answer was used before. ${again}`)
}

/** The key is the master key's for this purpose alone. */
function signatureOf(payload: string, masterKey: Uint8Array): Buffer {
  const key = hkdfSync('sha256', masterKey, '', 'mailtrail consent state v1', 32)
  return createHmac('sha256', new Uint8Array(key)).update(payload).digest()
}

function parse(payload: string): ConsentState | undefined {
  try {
    return schema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  } catch {
    return undefined
  }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
