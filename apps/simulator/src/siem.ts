import { createHmac, timingSafeEqual } from 'node:crypto'

export interface SiemDelivery {
  readonly id: string
  readonly timestamp: string
  readonly signatureValid: boolean
  /** Parsed if it is JSON, else the text. */
  readonly body: unknown
  /** Simulated time of arrival. */
  readonly at: string
}

/**
 * Whether one of the signatures in a `webhook-signature` header is right.
 *
 * The timestamp's age is not judged: the sender may live in simulated time.
 *
 * @param secret - `whsec_` and the key in base64
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function isSignatureValid(secret: string, message: { id: string; timestamp: string; body: string; signatures: string }): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${message.id}.${message.timestamp}.${message.body}`).digest()
  return message.signatures.split(' ').some((signature) => {
    const [version, value = ''] = signature.split(',')
    const given = Buffer.from(value, 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
}
