import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { createBlobAgent } from './blob-agent.ts'

describe('a connection that goes silent breaks', () => {
  test('before the answer', async () => {
    await using server = await listen(() => {})
    const agent = createBlobAgent(server.origin, { idleMs: 100 })
    await expect(once(request(server.origin, { agent }).end(), 'response')).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('in the middle of the answer', async () => {
    await using server = await listen((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'))
    const agent = createBlobAgent(server.origin, { idleMs: 100 })
    const [response] = await once(request(server.origin, { agent }).end(), 'response')
    await expect(text(response)).rejects.toThrow()
  })
})

test('a connection that is slow goes on', async () => {
  await using server = await listen((socket) => {
    const left = ['HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n', 'o', 'n', 'e']
    const timer = setInterval(() => {
      const part = left.shift()
      if (part === undefined) clearInterval(timer)
      else socket.write(part)
    }, 60)
  })
  const agent = createBlobAgent(server.origin, { idleMs: 150 })
  const [response] = await once(request(server.origin, { agent }).end(), 'response')
  expect(await text(response)).toBe('one')
})

/** Answers the first bytes of each connection. */
async function listen(answer: (socket: Socket) => void): Promise<AsyncDisposable & { readonly origin: string }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.once('data', () => answer(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
