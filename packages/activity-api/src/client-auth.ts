import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { NodeAuthOptions } from '@azure/msal-node'
import { ActivityApiError } from './activity-api-error.ts'
import type { ActivityApiOptions } from './activity-api-options.ts'

type ClientAuth = Pick<NodeAuthOptions, 'clientSecret' | 'clientCertificate'>

/**
 * A credential in MSAL's terms. A certificate signs with PS256 and is named by its SHA-256 thumbprint.
 *
 * @throws {@link ActivityApiError} `ACTIVITY_API_LOGIN_FAILED` if the PEM text does not hold a certificate and its RSA key
 */
export function toClientAuth({ tenantId, credential }: Pick<ActivityApiOptions, 'tenantId' | 'credential'>): ClientAuth {
  if (credential.kind === 'secret') return { clientSecret: credential.clientSecret }
  const clientCertificate = readCertificate(credential.certificatePem)
  if (clientCertificate) return { clientCertificate }
  const detail = 'The credential is not PEM of a certificate and its unencrypted RSA key.'
  throw new ActivityApiError('ACTIVITY_API_LOGIN_FAILED', { tenantId, operation: 'login', detail })
}

/** Parser errors stay out: they are no help, and what they quote may be the key. */
function readCertificate(pem: string): ClientAuth['clientCertificate'] {
  try {
    const certificate = new X509Certificate(pemBlock(pem, 'CERTIFICATE'))
    const key = createPrivateKey(pemBlock(pem, '(?:RSA )?PRIVATE KEY'))
    if (key.asymmetricKeyType !== 'rsa' || !certificate.checkPrivateKey(key)) return undefined
    return {
      thumbprintSha256: certificate.fingerprint256.replaceAll(':', ''),
      privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }
  } catch {
    return undefined
  }
}

function pemBlock(pem: string, label: string): string {
  return new RegExp(`-----BEGIN (${label})-----.*?-----END \\1-----`, 's').exec(pem)?.[0] ?? ''
}
