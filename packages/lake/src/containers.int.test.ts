import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeObjectStore } from './object-store.contract.ts'
import { openLake } from './open-lake.ts'
import { createS3Client } from './s3-client.ts'

const whyNot = await getContainerRuntimeClient().then(
  () => undefined,
  (error) => String(error),
)
if (whyNot !== undefined)
  console.info(`Skipped, for there is no Docker engine: lakes on MinIO and on Azurite, Redis, in containers. (${whyNot})`)

/** A container for all tests of a describe block. */
function useContainer(describeContainer: () => GenericContainer): { readonly address: (port: number) => string } {
  let container: StartedTestContainer | undefined
  beforeAll(async () => {
    container = await describeContainer().start()
  }, 300_000)
  afterAll(() => container?.stop())
  return { address: (port) => `${container?.getHost()}:${container?.getMappedPort(port)}` }
}

describe.skipIf(whyNot !== undefined)('in a container', () => {
  describe('MinIO', () => {
    const secret = randomUUID()
    const minio = useContainer(() =>
      new GenericContainer('minio/minio:RELEASE.2025-04-22T22-12-26Z')
        .withEnvironment({ MINIO_ROOT_USER: 'mailtrail', MINIO_ROOT_PASSWORD: secret })
        .withCommand(['server', '/data'])
        .withExposedPorts(9000)
        .withWaitStrategy(Wait.forHttp('/minio/health/ready', 9000)),
    )

    describeObjectStore('MinIO', async (resources) => {
      const settings = { endpoint: `http://${minio.address(9000)}`, pathStyle: true, accessKeyId: 'mailtrail', secretAccessKey: secret }
      const readSecret = async (reference: string): Promise<string> => reference
      const bucket = `lake-${randomUUID()}`
      const client = resources.adopt(await createS3Client(settings, readSecret), (made) => made.destroy())
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
      return resources.use(await openLake(`s3://${bucket}/fleet`, { lakes: { [`s3://${bucket}`]: settings }, readSecret }))
    })
  })

  describe('Azurite', () => {
    const account = 'mailtrailtest'
    const key = Buffer.alloc(64, 'k').toString('base64')
    const azurite = useContainer(() =>
      new GenericContainer('mcr.microsoft.com/azure-storage/azurite:3.35.0')
        .withEnvironment({ AZURITE_ACCOUNTS: `${account}:${key}` })
        .withCommand(['azurite-blob', '--blobHost', '0.0.0.0', '--skipApiVersionCheck', '--inMemoryPersistence'])
        .withExposedPorts(10000)
        .withWaitStrategy(Wait.forLogMessage(/successfully listen/)),
    )

    describeObjectStore('Azurite', async (resources) => {
      const endpoint = `http://${azurite.address(10000)}/${account}`
      const container = `lake-${randomUUID()}`
      await new ContainerClient(`${endpoint}/${container}`, new StorageSharedKeyCredential(account, key)).create()
      const location = `abfss://${container}@${account}`
      const lakes = { [location]: { endpoint, accountKey: key } }
      return resources.use(await openLake(`${location}/fleet`, { lakes, readSecret: async (reference) => reference }))
    })
  })

  describe('Redis', () => {
    const settings = fileURLToPath(new URL('../../../infra/redis/redis.conf', import.meta.url))
    const redis = useContainer(() =>
      new GenericContainer('redis:7.4')
        .withCopyFilesToContainer([{ source: settings, target: '/redis.conf' }])
        .withCommand(['redis-server', '/redis.conf', '--bind', '0.0.0.0', '--protected-mode', 'no', '--daemonize', 'no', '--dir', '/data'])
        .withExposedPorts(6379)
        .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/)),
    )

    test('takes the settings of the fleet', async () => {
      const [host, port] = redis.address(6379).split(':')
      const socket = connect(Number(port), host)
      await once(socket, 'connect')
      socket.end('CONFIG GET maxmemory-policy\r\nQUIT\r\n')
      expect(await text(socket)).toContain('noeviction')
    })
  })
})
