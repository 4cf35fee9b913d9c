import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'

/** A proxy as `HTTPS_PROXY` names one: opens tunnels to whatever is asked for by CONNECT, and serves nothing else. */
export interface TunnelProxy extends AsyncDisposable {
  readonly port: number
}

export async function startTunnelProxy(): Promise<TunnelProxy> {
  const tunnels = new Set<Duplex>()
  const server = createServer((_, answer) => answer.writeHead(405).end())
  server.on('connect', ({ url }, client, head) => {
    const { hostname, port } = new URL(`http://${url}`)
    const target = connect({ host: hostname, port: Number(port), noDelay: true }, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      target.write(head)
      client.pipe(target)
      target.pipe(client)
    })
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      tunnels.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        tunnels.delete(socket)
        other.destroy()
      })
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of tunnels) socket.destroy()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
