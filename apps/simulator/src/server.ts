import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { type Answer, jsonAnswer } from './answer.ts'
import { issueServerCertificate } from './certificate-authority.ts'
import { createSimulation } from './create-simulation.ts'
import { dispatch } from './dispatch.ts'
import { writeEmailEvents } from './email-events.ts'
import { answerAsForeignHost } from './foreign-host.ts'
import { sendAnswer } from './send-answer.ts'
import type { Simulation } from './simulation.ts'
import type { World } from './world.ts'

export interface SimulatorOptions {
  readonly seed: string
  /** 0 takes a free one. */
  readonly port: number
  /** Created if missing; takes the authority's certificate and the EmailEvents export. */
  readonly dir: string
  /** Simulated seconds in a second of real time; 0 by default: time moves only when it is put. */
  readonly speed?: number
}

/** A running simulator. Closing it cuts the connections that are open. */
export interface Simulator extends AsyncDisposable {
  readonly origin: string
  readonly foreignOrigin: string
  readonly caFile: string
  readonly emailEventsDir: string
  readonly siemUrl: string
  readonly siemSecret: string
  /** For the score at the end of a run. */
  readonly simulation: Simulation
}

/** Plays a world over HTTPS on 127.0.0.1 until it is closed. */
export async function startSimulator(world: World, { seed, port, dir, speed = 0 }: SimulatorOptions): Promise<Simulator> {
  await mkdir(dir, { recursive: true })
  const caFile = join(dir, 'ca.pem')
  const emailEventsDir = join(dir, 'email-events')
  const { ca, cert, key } = await issueServerCertificate()
  await writeFile(caFile, ca)
  await writeEmailEvents(emailEventsDir, world.story?.emailEvents ?? [])

  const server = createServer({ cert, key })
  const foreign = createServer({ cert, key })
  // Longer than clients keep a connection, so that none is closed just as the next request is on its way.
  server.keepAliveTimeout = 120_000
  const origin = await listen(server, port)
  const foreignOrigin = await listen(foreign, 0)
  const simulation = createSimulation(world, { origin, foreignOrigin, seed, siemSecret: siemSecretOf(seed) }, speed)
  const connections = trackConnections(server)
  server.on('request', (request, response) => {
    answerRequest(simulation, request, response, connections.get(request.socket.remotePort)).catch(() => response.destroy())
  })
  foreign.on('request', (request, response) => {
    answerAsForeignHost(simulation.metrics, request, response).catch(() => response.destroy())
  })
  return {
    origin,
    foreignOrigin,
    caFile,
    emailEventsDir,
    siemUrl: `${origin}/sim/siem`,
    siemSecret: simulation.siemSecret,
    simulation,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([close(server), close(foreign)])
    },
  }
}

/** The TCP connections below TLS, by the port of the client. */
function trackConnections(server: Server): ReadonlyMap<number | undefined, Socket> {
  const connections = new Map<number | undefined, Socket>()
  server.on('connection', (socket: Socket) => {
    const { remotePort } = socket
    connections.set(remotePort, socket)
    socket.once('close', () => connections.delete(remotePort))
  })
  return connections
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.')
  return `https://127.0.0.1:${address.port}`
}

async function answerRequest(
  simulation: Simulation,
  request: IncomingMessage,
  response: ServerResponse,
  connection: Socket | undefined,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  await sendAnswer(request, response, answerSafely(simulation, request, Buffer.concat(chunks).toString('utf8')), connection)
}

function answerSafely(simulation: Simulation, { method = 'GET', url = '/', headers }: IncomingMessage, body: string): Answer {
  // A path such as `//host/x` must stay a path, so it is not resolved against the origin.
  if (!URL.canParse(`${simulation.origin}${url}`)) return jsonAnswer(400, { error: 'The address cannot be parsed.' })
  return dispatch(simulation, {
    method,
    url: new URL(`${simulation.origin}${url}`),
    headers,
    body,
  })
}

async function close(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

function siemSecretOf(seed: string): string {
  return `whsec_${createHash('sha256').update(`siem secret ${seed}`).digest('base64')}`
}
