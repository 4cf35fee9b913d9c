import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'
import type { FleetUnderTest } from './fleet-under-test.ts'

const cli = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))

interface ProbeAnswer {
  readonly status: number | undefined
  readonly body: { readonly checks?: Readonly<Record<string, Readonly<Record<string, unknown>>>> }
}

/** `mailtrail serve` as a process of its own, on the real clock; killed when it is disposed. */
export interface RoleProcess extends AsyncDisposable {
  readonly pid: number
  readonly exitCode: Promise<number | null>
  /** Events of its log so far. */
  readonly events: readonly string[]
  signal(name: NodeJS.Signals): void
  probe(path: '/livez' | '/readyz' | '/signals'): Promise<ProbeAnswer>
}

/** Resolves when the role has started. */
export async function startRoleProcess({ folder }: FleetUnderTest, role: string, env: NodeJS.ProcessEnv = {}): Promise<RoleProcess> {
  const child = spawn(process.execPath, ['--conditions=@mailtrail/source', cli, 'serve', role], {
    env: {
      ...process.env,
      MAILTRAIL_CONFIG: join(folder, 'mailtrail.yaml'),
      MAILTRAIL_HEALTH_ADDRESS: '127.0.0.1:0',
      ...env,
    },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const exitCode = once(child, 'exit').then(([code]) => code)
  const events: string[] = []
  const port = await new Promise<number>((resolve, reject) => {
    const said: string[] = []
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line)
      const { event, healthPort } = line.startsWith('{') ? JSON.parse(line) : { event: line }
      events.push(event)
      if (event === 'role.started') resolve(healthPort)
    })
    void exitCode.then((code) => reject(new Error(`${role} ended with ${code}:\n${said.join('\n')}`)))
  })
  return {
    pid: child.pid ?? 0,
    exitCode,
    events,
    signal: (name) => void child.kill(name),
    probe: (path) => probe(port, path),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exitCode
    },
  }
}

/** Asks again until `holds` throws no more. */
export function until<T>(holds: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(holds, { timeout: 30_000, interval: 50 })
}

export async function expectEvent({ events }: RoleProcess, event: string): Promise<void> {
  await until(() => expect(events).toContain(event))
}

async function probe(port: number, path: string): Promise<ProbeAnswer> {
  const asked = request({ host: '127.0.0.1', port, path, timeout: 2_000 })
  asked.on('timeout', () => asked.destroy(new Error('no answer')))
  asked.end()
  const [response] = await once(asked, 'response')
  return { status: response.statusCode, body: (await json(response)) as ProbeAnswer['body'] }
}
