import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '@mailtrail/runtime'
import { startAzurite, startFlakyProxy, startRadosgw, temporaryFolder } from '@mailtrail/testing'

/** A kind of lake that the whole fleet is run on. */
export interface LakeKind {
  /** Whether its store fails requests. */
  readonly fails: boolean
  open(): Promise<LakePlace>
  toString(): string
}

interface LakePlace extends AsyncDisposable {
  /** What the fleet needs to find it; none for the folder that it has anyway. */
  readonly settings: Partial<Config>
  /** How many requests to the store have failed so far. */
  failedRequests(): number
}

/** Of all requests to a store. */
const failing = 0.05

const folder: LakeKind = {
  fails: false,
  open: async () => ({ settings: {}, failedRequests: () => 0, [Symbol.asyncDispose]: async () => {} }),
  toString: () => 'a folder',
}

const s3: LakeKind = {
  fails: true,
  open: async () => {
    await using parts = new AsyncDisposableStack()
    const { path } = parts.use(await temporaryFolder())
    const server = parts.use(await startRadosgw())
    const proxy = parts.use(await startFlakyProxy({ target: server.endpoint, share: failing }))
    const lake = `s3://${await server.createBucket()}/fleet`
    const secretAccessKey = await secretFile(path, server.secretAccessKey)
    const { accessKeyId } = server
    const settings = { endpoint: proxy.origin, region: 'us-east-1', pathStyle: true, accessKeyId, secretAccessKey }
    return placeOf(parts.move(), { lake, lakes: { [lake]: settings } }, () => proxy.failed)
  },
  toString: () => 'S3',
}

const azure: LakeKind = {
  fails: true,
  open: async () => {
    await using parts = new AsyncDisposableStack()
    const { path } = parts.use(await temporaryFolder())
    const server = parts.use(await startAzurite())
    const { origin, pathname } = new URL(server.endpoint)
    const proxy = parts.use(await startFlakyProxy({ target: origin, share: failing }))
    const lake = `abfss://${await server.createContainer()}@${server.account}/fleet`
    const settings = { endpoint: `${proxy.origin}${pathname}`, accountKey: await secretFile(path, server.accountKey) }
    return placeOf(parts.move(), { lake, lakes: { [lake]: settings } }, () => proxy.failed)
  },
  toString: () => 'Azure',
}

export const lakeKinds: readonly LakeKind[] = [folder, s3, azure]

function placeOf(parts: AsyncDisposableStack, settings: Partial<Config>, failedRequests: () => number): LakePlace {
  return { settings, failedRequests, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

/** @returns a reference to the secret */
async function secretFile(folder: string, secret: string): Promise<string> {
  const file = join(folder, 'lake-secret')
  await writeFile(file, secret, { mode: 0o600 })
  return `file:${file}`
}
