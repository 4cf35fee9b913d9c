import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { MailtrailError, type TenantId } from '@mailtrail/core'

const prefix = 'sealed:v1:'
const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/**
 * Seals a secret for one tenant, under AES-256-GCM with a random nonce. The tenant's id is authenticated with it, so that the reference opens
 * nothing in the registration of another.
 *
 * @returns the reference to store: `sealed:v1:` and base64url of nonce, ciphertext and tag
 */
export function sealSecret(secret: string, tenantId: TenantId, key: Uint8Array): string {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(boundTo(tenantId))
  const sealed = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `${prefix}${sealed.toString('base64url')}`
}

/** @throws {@link MailtrailError} `SEALED_SECRET_INVALID` */
export function openSealed(reference: string, tenantId: TenantId, key: Uint8Array): string {
  try {
    const sealed = Buffer.from(reference.slice(prefix.length), 'base64url')
    const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    decipher.setAAD(boundTo(tenantId)).setAuthTag(sealed.subarray(-tagBytes))
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString()
  } catch {
    // What the cipher says is no help, and its cause may show parts of what was sealed.
    throw new MailtrailError(
      'SEALED_SECRET_INVALID',
      `A sealed secret of tenant ${tenantId} does not open: it was sealed for another tenant, under another master key, or was changed. Seal it again with: mailtrail secret seal`,
    )
  }
}

function boundTo(tenantId: TenantId): Buffer {
  return Buffer.from(`mailtrail:${prefix}${tenantId}`)
}
