import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { join } from 'node:path'
import { createTokenAuthority } from './access-token.ts'
import { type Answer, jsonAnswer } from './answer.ts'
import { issueServerCertificate } from './certificate-authority.ts'
import { createSimulatedClock } from './clock.ts'
import { createFaultTurns } from './content-fault.ts'
import { dispatch } from './dispatch.ts'
import { writeEmailEvents } from './email-events.ts'
import { createMetrics } from './metrics.ts'
import { sendAnswer } from './send-answer.ts'
import type { Simulation } from './simulation.ts'
import { createSubscriptions } from './subscriptions.ts'
import type { World } from './world.ts'

export interface SimulatorOptions {
  readonly seed: string
  /** 0 takes a free one. */
  readonly port: number
  /** Created if missing; takes the authority's certificate and the EmailEvents export. */
  readonly dir: string
}

/** A running simulator. Closing it cuts the connections that are open. */
export interface Simulator extends AsyncDisposable {
  readonly origin: string
  readonly caFile: string
  readonly emailEventsDir: string
  readonly siemUrl: string
  readonly siemSecret: string
}

/** Plays a world over HTTPS on 127.0.0.1 until it is closed. */
export async function startSimulator(world: World, { seed, port, dir }: SimulatorOptions): Promise<Simulator> {
  await mkdir(dir, { recursive: true })
  const caFile = join(dir, 'ca.pem')
  const emailEventsDir = join(dir, 'email-events')
  const { ca, cert, key } = await issueServerCertificate()
  await writeFile(caFile, ca)
  await writeEmailEvents(emailEventsDir, world.story?.emailEvents ?? [])

  const server = createServer({ cert, key })
  // Longer than clients keep a connection, so that none is closed just as the next request is on its way.
  server.keepAliveTimeout = 120_000
  const origin = await listen(server, port)
  const simulation = createSimulation(world, origin, siemSecretOf(seed))
  server.on('request', (request, response) => {
    answerRequest(simulation, request, response).catch(() => response.destroy())
  })
  return {
    origin,
    caFile,
    emailEventsDir,
    siemUrl: `${origin}/sim/siem`,
    siemSecret: simulation.siemSecret,
    [Symbol.asyncDispose]: () => close(server),
  }
}

function createSimulation(world: World, origin: string, siemSecret: string): Simulation {
  return {
    world,
    origin,
    siemSecret,
    clock: createSimulatedClock(world.start),
    tokens: createTokenAuthority(),
    subscriptions: createSubscriptions(world.tenants),
    faults: createFaultTurns(),
    metrics: createMetrics(),
    deliveries: [],
  }
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.')
  return `https://127.0.0.1:${address.port}`
}

async function answerRequest(simulation: Simulation, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  await sendAnswer(request, response, answerSafely(simulation, request, Buffer.concat(chunks).toString('utf8')))
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
