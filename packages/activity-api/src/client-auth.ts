import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { NodeAuthOptions } from '@azure/msal-node'
import type { Credential } from './activity-api-options.ts'

type ClientAuth = Pick<NodeAuthOptions, 'clientSecret' | 'clientCertificate'>

/** A credential in MSAL's terms. A certificate signs with PS256 and is named by its SHA-256 thumbprint. */
export function toClientAuth(credential: Credential): ClientAuth {
  if (credential.kind === 'secret') return { clientSecret: credential.clientSecret }
  const certificate = new X509Certificate(pemBlock(credential.certificatePem, /CERTIFICATE/))
  const key = createPrivateKey(pemBlock(credential.certificatePem, /(?:RSA )?PRIVATE KEY/))
  return {
    clientCertificate: {
      thumbprintSha256: certificate.fingerprint256.replaceAll(':', ''),
      privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
  }
}

function pemBlock(pem: string, label: RegExp): string {
  const block = new RegExp(`-----BEGIN (${label.source})-----.*?-----END \\1-----`, 's').exec(pem)
  if (!block) throw new Error(`The PEM text holds no block ${label.source}.`)
  return block[0]
}
