import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { MailtrailError } from '@mailtrail/core'
import { Agent, request } from 'undici'
import { z } from 'zod'

const program = fileURLToPath(new URL('../../../simulator/src/main.ts', import.meta.url))

/** What the simulator says of itself once it listens. */
export interface Announcement {
  readonly origin: string
  readonly caFile: string
  readonly emailEventsDir: string
  readonly siemUrl: string
  readonly siemSecret: string
  readonly tenants: readonly {
    readonly tenantId: string
    readonly displayName: string
    readonly clientId: string
    readonly clientSecret: string
    readonly publisherId: string
  }[]
}

const text = z.string()
const announcementSchema: z.ZodType<Announcement> = z.object({
  origin: z.url(),
  caFile: text,
  emailEventsDir: text,
  siemUrl: z.url(),
  siemSecret: text,
  tenants: z.array(z.object({ tenantId: text, displayName: text, clientId: text, clientSecret: text, publisherId: text })),
})

/** The simulator as a process of its own, spoken to over TLS like the service it stands for. */
export interface SimulatorProcess extends AsyncDisposable {
  readonly announcement: Announcement
  now(): Promise<number>
  advanceTo(time: number): Promise<void>
  /** A control address such as `/sim/truth`, parsed by `schema`. */
  read<T>(path: string, schema: z.ZodType<T>): Promise<T>
}

/**
 * @param scenario - a built-in name or the path of a scenario file
 * @param folder - for its certificate authority and its EmailEvents export
 * @param isLive - whether the scenario begins now and time goes on by itself; it stands still otherwise
 * @throws {@link MailtrailError} `SIMULATOR_NOT_STARTED`
 */
export async function startSimulator(scenario: string, folder: string, isLive = false): Promise<SimulatorProcess> {
  const args = ['--conditions=@mailtrail/source', program, '--scenario', scenario, '--dir', folder, '--stdin-lifeline']
  if (isLive) args.push('--now', '--speed', '1')
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit').catch(() => {})
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  try {
    const said = announcementSchema.parse(JSON.parse(await firstLine(child.stdout)))
    const agent = new Agent({ connect: { ca: await readFile(said.caFile, 'utf8') } })
    return connectSimulator(said, agent, stop)
  } catch (cause) {
    await stop()
    throw new MailtrailError('SIMULATOR_NOT_STARTED', 'The simulator did not start; what it said is above.', { cause })
  }
}

async function firstLine(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) return line
  return ''
}

function connectSimulator(said: Announcement, agent: Agent, stop: () => Promise<void>): SimulatorProcess {
  const call = async (path: string, options: { method: 'GET' | 'PUT'; body?: string }): Promise<unknown> => {
    const { statusCode, body } = await request(new URL(path, said.origin), {
      dispatcher: agent,
      headers: { 'content-type': 'application/json' },
      ...options,
    })
    const text = await body.text()
    if (statusCode >= 300)
      throw new MailtrailError('SIMULATOR_REFUSED', `The simulator answered ${statusCode} to ${options.method} ${path}.`)
    return text === '' ? undefined : JSON.parse(text)
  }
  return {
    announcement: said,
    now: async () => Date.parse(z.object({ now: z.string() }).parse(await call('/sim/clock', { method: 'GET' })).now),
    advanceTo: async (time) => {
      await call('/sim/clock', { method: 'PUT', body: JSON.stringify({ now: new Date(time).toISOString() }) })
    },
    read: async (path, schema) => schema.parse(await call(path, { method: 'GET' })),
    [Symbol.asyncDispose]: async () => {
      await agent.destroy()
      await stop()
    },
  }
}
