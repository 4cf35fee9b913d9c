import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lifeline, startChildServer } from './child-server.ts'
import { temporaryFolder } from './temporary-folder.ts'

const program = fileURLToPath(import.meta.resolve('azurite/dist/src/blob/main.js'))
const account = 'mailtrailtest'

/** An Azure Blob service of the test's own; what it stores is in its memory alone. */
export interface TestAzurite extends AsyncDisposable {
  /** `http://127.0.0.1:…/<account>`; with TLS `https://…`. */
  readonly endpoint: string
  readonly account: string
  readonly accountKey: string
  /** With TLS: the authority to trust, in PEM. */
  readonly caFile?: string
  /** Makes an empty container, and gives its name. */
  createContainer(): Promise<string>
}

export interface AzuriteOptions {
  /**
   * Serves https, and takes tokens beside the key. Unsigned JWTs will do, if issuer (`https://sts.windows.net/…/`), audience
   * (`https://storage.azure.com`) and times are right.
   */
  readonly tls?: boolean
}

/** Starts Azurite on a free loopback port. It ends when disposed, or with this process. */
export async function startAzurite({ tls = false }: AzuriteOptions = {}): Promise<TestAzurite> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder())
  // What makes certificates takes longer to load than all the rest.
  const certificate = tls ? await (await import('./server-certificate.ts')).createServerCertificate() : undefined
  const accountKey = randomBytes(64).toString('base64')
  const command = ['env', `AZURITE_ACCOUNTS=${account}:${accountKey}`, process.execPath, program, ...baseArguments]
  const caFile = join(folder.path, 'cert.pem')
  if (certificate) {
    const keyFile = join(folder.path, 'key.pem')
    await Promise.all([writeFile(caFile, certificate.cert), writeFile(keyFile, certificate.key)])
    command.push('--oauth', 'basic', '--cert', caFile, '--key', keyFile)
  }
  const server = await startChildServer('sh', ['-c', lifeline, 'sh', ...command], (line) => line.includes('successfully listens on'))
  started.defer(() => server.end())
  const endpoint = `${/https?:\S+/.exec(server.readyLine)?.[0]}/${account}`
  const running = started.move()
  return {
    endpoint,
    account,
    accountKey,
    ...(certificate && { caFile }),
    createContainer: () => createContainer(endpoint, accountKey, certificate?.cert),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** The SDK speaks newer versions of the protocol than Azurite knows, hence the skipped check. */
const baseArguments = [
  ...['--blobHost', '127.0.0.1', '--blobPort', '0', '--inMemoryPersistence'],
  ...['--skipApiVersionCheck', '--disableTelemetry', '--silent'],
]

async function createContainer(endpoint: string, accountKey: string, ca: string | undefined): Promise<string> {
  const name = `lake-${randomUUID()}`
  const date = new Date().toUTCString()
  const version = '2021-12-02'
  // https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
  const signed = `PUT${'\n'.repeat(12)}x-ms-date:${date}\nx-ms-version:${version}\n/${account}/${account}/${name}\nrestype:container`
  const signature = createHmac('sha256', Buffer.from(accountKey, 'base64')).update(signed).digest('base64')
  const headers = { 'x-ms-date': date, 'x-ms-version': version, authorization: `SharedKey ${account}:${signature}`, 'content-length': 0 }
  const request = ca === undefined ? requestHttp : requestHttps
  const outgoing = request(`${endpoint}/${name}?restype=container`, { method: 'PUT', headers, agent: false, ...(ca && { ca }) }).end()
  const [response] = await once(outgoing, 'response')
  response.resume()
  if (response.statusCode !== 201) throw new Error(`Azurite answered ${response.statusCode} to a new container.`)
  return name
}
