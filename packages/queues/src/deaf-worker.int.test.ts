import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Worker } from 'bullmq'
import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openPlace, tenant, until } from '../test/place.ts'
import { connectRedis } from './connect-redis.ts'
import { turnTaskSchema } from './jobs.ts'
import { type Handler, startWorker } from './start-worker.ts'

const turn = { tenantId: tenant(1), entryKey: 'ledger/a', offset: 0, count: 20, turnId: 'turn-1-a' }

test('a worker that never takes a job is not alive, and says so', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  await using place = await openPlace()
  const deaf = vi.spyOn(Worker.prototype, 'run').mockImplementation(async () => {})
  const handle = vi.fn<Handler<unknown>>(async () => {})
  const worker = await place.work({ queue: 'contents', schema: turnTaskSchema, handle })
  await place.queues.turn(turn)
  expect(worker.health()).toEqual({ isAlive: true, parked: 0 })
  await until(async () => {
    await vi.advanceTimersByTimeAsync(5_000)
    expect(worker.health()).toEqual({ isAlive: false, reason: 'jobs wait, and it takes none', parked: 0 })
  })
  expect(place.logged()).toContain('"event":"worker.deaf"')
  deaf.mockRestore()
})

test('what takes the place of a deaf worker takes the jobs, and is alive', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  await using place = await openPlace()
  vi.spyOn(Worker.prototype, 'run').mockImplementationOnce(async () => {})
  const handle = vi.fn<Handler<unknown>>(async () => {})
  const worker = await place.work({ queue: 'contents', schema: turnTaskSchema, handle })
  await place.queues.turn(turn)
  await until(async () => {
    await vi.advanceTimersByTimeAsync(5_000)
    expect(handle).toHaveBeenCalledOnce()
  })
  expect(worker.health()).toEqual({ isAlive: true, parked: 0 })
  await worker[Symbol.asyncDispose]()
  await until(async () => expect(await place.redis.client('LIST')).not.toContain('cmd=bzpopmin'))
})

test('connections that were dropped without a word are made anew, and jobs are taken', async () => {
  await using place = await openPlace()
  await using proxy = await startMutingProxy(place.server.port)
  const redis = await connectRedis(`redis://127.0.0.1:${proxy.port}`)
  // Nobody waits 15 seconds for a test, and a worker waits 5 for its next job.
  expect(redis.options).toHaveProperty('socketTimeout', 15_000)
  Object.assign(redis.options, { socketTimeout: 5_500 })
  const handle = vi.fn<Handler<unknown>>(async () => {})
  const log = pino({ level: 'silent' })
  await using _worker = await startWorker(redis, {
    queue: 'contents',
    schema: turnTaskSchema,
    handle,
    concurrency: 1,
    jobLockMs: 1_000,
    log,
  })
  await until(async () => expect(await place.redis.client('LIST')).toContain('cmd=bzpopmin'))
  proxy.mute()
  await place.queues.turn(turn)
  await until(() => expect(handle).toHaveBeenCalledOnce())
  redis.disconnect()
})

/** Passes connections on until it is muted: those it has then hear nothing any more, and stay open. */
async function startMutingProxy(target: number): Promise<AsyncDisposable & { readonly port: number; mute(): void }> {
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(target, '127.0.0.1')
    for (const socket of [client, server]) sockets.add(socket.on('error', () => {}))
    client.pipe(server)
    server.pipe(client)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    port: (proxy.address() as AddressInfo).port,
    mute: () => {
      for (const socket of sockets) socket.unpipe().resume()
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
