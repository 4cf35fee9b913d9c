import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { parseTenantId } from '@mailtrail/core'
import type { ActivityApiOptions } from '../src/activity-api-options.ts'

const main = fileURLToPath(new URL('../../../apps/simulator/src/main.ts', import.meta.url))
const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const clientId = '22222222-3333-4444-8555-666666666666'
const clientSecret = 'correct horse battery'

export interface Simulator extends AsyncDisposable {
  /** Of the scenario's only tenant. */
  readonly options: ActivityApiOptions
}

/** Starts the simulator by its command, with one tenant and the given members of its scenario. */
export async function startSimulator(scenario: object, tenant: object): Promise<Simulator> {
  const dir = await mkdtemp(join(tmpdir(), 'mailtrail-activity-api-'))
  const file = join(dir, 'scenario.json')
  await writeFile(file, JSON.stringify({ ...scenario, tenants: [{ tenantId, clientId, clientSecret, displayName: 'Contoso', ...tenant }] }))
  const args = ['--conditions=@mailtrail/source', main, '--scenario', file, '--dir', dir, '--stdin-lifeline']
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const { origin, caFile } = await announcement(child)
  return {
    options: {
      tenantId,
      clientId,
      publisherId: tenantId,
      credentials: [{ kind: 'secret', clientSecret }],
      clock: Date,
      cloud: { name: 'simulator', loginHost: origin, apiRoot: origin, resource: origin, caFile },
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
      await rm(dir, { recursive: true })
    },
  }
}

async function announcement(child: ChildProcess): Promise<{ origin: string; caFile: string }> {
  if (child.stdout === null) throw new Error('The simulator has no standard output.')
  for await (const line of createInterface(child.stdout)) return JSON.parse(line)
  throw new Error('The simulator ended before it listened.')
}
