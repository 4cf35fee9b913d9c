import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { Credential } from './activity-api-options.ts'

/** A certificate an app signs in with, and its private key. */
export interface AppCertificate {
  readonly certificate: X509Certificate
  readonly key: KeyObject
}

/** When the certificate of a credential expires, in ms since the epoch. Undefined for a secret, and for PEM that cannot be used. */
export function certificateExpiry(credential: Credential): number | undefined {
  if (credential.kind === 'secret') return undefined
  return readAppCertificate(credential.certificatePem)?.certificate.validToDate.getTime()
}

/**
 * The certificate that belongs to the RSA key in PEM text; others of its chain are passed over. Undefined if there is none.
 *
 * Parser errors stay out: they are no help, and what they quote may be the key.
 */
export function readAppCertificate(pem: string): AppCertificate | undefined {
  try {
    const key = createPrivateKey(pemBlocks(pem, '(?:RSA )?PRIVATE KEY')[0] ?? '')
    if (key.asymmetricKeyType !== 'rsa') return undefined
    const certificates = pemBlocks(pem, 'CERTIFICATE').map((block) => new X509Certificate(block))
    const certificate = certificates.find((candidate) => candidate.checkPrivateKey(key))
    return certificate && { certificate, key }
  } catch {
    return undefined
  }
}

function pemBlocks(pem: string, label: string): readonly string[] {
  return [...pem.matchAll(new RegExp(`-----BEGIN (${label})-----.*?-----END \\1-----`, 'gs'))].map(([block]) => block)
}
