import type { NodeAuthOptions } from '@azure/msal-node'
import type { TenantId } from '@mailtrail/core'
import { ActivityApiError } from './activity-api-error.ts'
import type { Credential } from './activity-api-options.ts'
import { readAppCertificate } from './app-certificate.ts'

type ClientAuth = Pick<NodeAuthOptions, 'clientSecret' | 'clientCertificate'>

/**
 * A credential in MSAL's terms. A certificate signs with PS256 and is named by its SHA-256 thumbprint.
 *
 * @throws {@link ActivityApiError} `ACTIVITY_API_LOGIN_FAILED` if the PEM text does not hold a certificate and its RSA key
 */
export function toClientAuth(tenantId: TenantId, credential: Credential): ClientAuth {
  if (credential.kind === 'secret') return { clientSecret: credential.clientSecret }
  const found = readAppCertificate(credential.certificatePem)
  if (!found) {
    const detail = 'The credential is not PEM of a certificate and its unencrypted RSA key.'
    throw new ActivityApiError('ACTIVITY_API_LOGIN_FAILED', { tenantId, operation: 'login', detail })
  }
  const { certificate, key } = found
  return {
    clientCertificate: {
      thumbprintSha256: certificate.fingerprint256.replaceAll(':', ''),
      privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
  }
}
