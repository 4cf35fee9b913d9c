import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createServerCertificate } from './server-certificate.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A certificate for 127.0.0.1 that is its own authority, and its key, in files of a private folder. */
export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

export async function createTlsFiles(): Promise<TlsFiles & AsyncDisposable> {
  const folder = await temporaryFolder()
  const [certFile, keyFile] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')]
  const { cert, key } = await createServerCertificate()
  await writeFile(certFile, cert)
  await writeFile(keyFile, key)
  return { certFile, keyFile, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}
