import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Config } from '@mailtrail/runtime'
import { startStrictS3, temporaryFolder } from '@mailtrail/testing'
import type { ChaosFault } from './chaos-fault.ts'
import { storeWireFaults } from './network-faults.ts'

const run = promisify(execFile)

/** Where the lake of a fleet under chaos lies. */
export interface LakePlace extends AsyncDisposable {
  /** Of its server; none for a folder. */
  readonly port?: number
  /** What can go wrong with it. */
  readonly faults: readonly ChaosFault[]
  /** What finds it, at its own address or at another port. */
  settings(port?: number): Pick<Config, 'lake'> & Partial<Pick<Config, 'lakes'>>
}

/** A folder on a file system of its own, which may be full. */
export async function openFolderPlace(): Promise<LakePlace> {
  await using parts = new AsyncDisposableStack()
  const { path } = parts.use(await temporaryFolder())
  await run('mount', ['-t', 'tmpfs', '-o', 'size=256m', 'chaos', path])
  parts.defer(async () => void (await run('umount', ['--lazy', path])))
  const lake = join(path, 'lake')
  await mkdir(lake)
  const owned = parts.move()
  const full: ChaosFault = {
    name: 'disk full',
    begin: async () => {
      const filler = join(path, 'filler')
      await run('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M']).catch(() => {})
      return () => rm(filler)
    },
  }
  return { faults: [full], settings: () => ({ lake: `file:${lake}` }), [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Of each kind one after the other, for whichever request comes next. */
const refusals = [{ status: 503, code: 'SlowDown' }, 'lost', 'reset', { status: 500, code: 'InternalError' }, 'cut'] as const

/** An S3 of our own, which may answer 5xx, break off, or do what it is asked and not say so. */
export async function openS3Place(): Promise<LakePlace> {
  await using parts = new AsyncDisposableStack()
  const { path } = parts.use(await temporaryFolder())
  const server = parts.use(await startStrictS3())
  const secret = join(path, 'secret')
  await writeFile(secret, server.secretAccessKey, { mode: 0o600 })
  const lake = `s3://${server.bucket}/fleet`
  const owned = parts.move()
  const failing: ChaosFault = {
    name: 'the store fails',
    begin: async () => {
      for (const method of ['PUT', 'GET', 'HEAD']) for (let count = 0; count < 4; count += 1) server.fail(method, ...refusals)
      return async () => server.forgive()
    },
  }
  return {
    port: Number(new URL(server.endpoint).port),
    faults: [failing, ...storeWireFaults],
    settings: (port) => ({
      lake,
      lakes: {
        [lake]: {
          endpoint: port === undefined ? server.endpoint : `http://127.0.0.1:${port}`,
          region: 'us-east-1',
          pathStyle: true,
          accessKeyId: server.accessKeyId,
          secretAccessKey: `file:${secret}`,
        },
      },
    }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
