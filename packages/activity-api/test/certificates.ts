import 'reflect-metadata'
import { randomUUID, webcrypto } from 'node:crypto'
import { BasicConstraintsExtension, PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509'

/** A self-signed certificate and its key, as PEM. */
export interface PemPair {
  readonly cert: string
  readonly key: string
}

/** Signs for 127.0.0.1 and is its own authority. */
export async function createServerCertificate(): Promise<PemPair> {
  return createSelfSigned({ name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' })
}

/** What an app registers to sign in without a secret; the service asks for RSA of 2048 bits or more. */
export async function createAppCertificate(notAfter?: Date): Promise<PemPair> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }
  return createSelfSigned(algorithm, notAfter)
}

async function createSelfSigned(
  algorithm: webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams,
  notAfter = new Date(Date.now() + 86_400_000),
): Promise<PemPair> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const certificate = await X509CertificateGenerator.createSelfSigned({
    // Authorities in one file are told apart by their names.
    name: `CN=Mailtrail test ${randomUUID()}`,
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter,
    keys,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true), new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { cert: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') }
}
