import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * What becomes of the bytes: `none` they pass, `cut` connections are reset and new ones too, `hang` nothing passes and nobody is told,
 * `slow` each chunk is late, `half` a connection breaks in the middle of what the server sends.
 */
export type Disturbance = 'none' | 'cut' | 'hang' | 'slow' | 'half'

/** Stands before a server of any protocol on 127.0.0.1 and disturbs what passes, for connections that are open and new ones. */
export interface FaultProxy extends AsyncDisposable {
  /** To be connected to in the place of the server's. */
  readonly port: number
  disturb(disturbance: Disturbance): void
}

/** How late a chunk is when `slow`, and after how many bytes of an answer it breaks when `half`. */
const [lateMs, halfBytes] = [40, 6_000]

export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  let state: Disturbance = 'none'
  let changed = Promise.withResolvers<void>()
  const open = new Set<Socket>()

  const hold = async (): Promise<void> => {
    while (state === 'hang') await changed.promise
    if (state === 'slow') await delay(lateMs)
  }
  const pass = async (from: Socket, to: Socket, breaksAfter = Number.POSITIVE_INFINITY): Promise<void> => {
    let bytes = 0
    for await (const chunk of from) {
      await hold()
      bytes += chunk.length
      if (state === 'half' && bytes > breaksAfter) throw new Error('broken in the middle')
      if (!to.write(chunk)) await once(to, 'drain')
    }
    to.end()
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (state === 'cut') return void client.resetAndDestroy()
    const target = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    for (const socket of [client, target]) {
      socket.on('error', () => {})
      open.add(socket)
      socket.once('close', () => open.delete(socket))
    }
    for (const passed of [pass(client, target), pass(target, client, halfBytes)]) {
      passed.catch(() => {
        client.destroy()
        target.destroy()
      })
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    disturb: (disturbance) => {
      state = disturbance
      changed.resolve()
      changed = Promise.withResolvers()
      if (disturbance === 'cut') cut()
    },
    [Symbol.asyncDispose]: async () => {
      state = 'cut'
      changed.resolve()
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
