import { createHmac, randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { startChildServer } from './child-server.ts'
import { freePort } from './free-port.ts'
import { temporaryFolder } from './temporary-folder.ts'

const script = fileURLToPath(new URL('radosgw.sh', import.meta.url))

/** An S3 service of the test's own: Ceph's gateway on an object store in memory. */
export interface TestRadosgw extends AsyncDisposable {
  /** `http://127.0.0.1:…`, for buckets in the path. */
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** A new, empty bucket. @returns its name */
  createBucket(): Promise<string>
}

/** Starts radosgw on a free loopback port with its files in a private temporary folder; disposing ends it and removes the folder. */
export async function startRadosgw(): Promise<TestRadosgw> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder())
  const ports = await Promise.all([freePort(), freePort(), freePort()])
  const credentials = { accessKeyId: 'testaccess', secretAccessKey: 'testsecret' }
  const args = [script, folder.path, ...ports.map(String), credentials.accessKeyId, credentials.secretAccessKey]
  const server = await startChildServer('bash', args, (line) => line === 'ready')
  started.defer(() => server.end())
  const endpoint = `http://127.0.0.1:${ports[0]}`
  const running = started.move()
  return {
    endpoint,
    ...credentials,
    createBucket: async () => {
      const name = `test-${randomUUID()}`
      const { status } = await fetch(`${endpoint}/${name}`, { method: 'PUT', headers: sign('PUT', `/${name}`, credentials) })
      if (status !== 200) throw new Error(`radosgw answered ${status} to the making of a bucket.`)
      return name
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Signature version 2, which radosgw still takes, and which needs no library. */
function sign(
  method: string,
  path: string,
  { accessKeyId, secretAccessKey }: Pick<TestRadosgw, 'accessKeyId' | 'secretAccessKey'>,
): Record<string, string> {
  const date = new Date().toUTCString()
  const signature = createHmac('sha1', secretAccessKey).update(`${method}\n\n\n${date}\n${path}`).digest('base64')
  return { Date: date, Authorization: `AWS ${accessKeyId}:${signature}` }
}
