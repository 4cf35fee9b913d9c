import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { MailtrailError } from '@mailtrail/core'
import { z } from 'zod'
import { startSimulator } from '../../demo/simulator-process.ts'

/** What a process needs to fetch contents, as arguments to a program can carry it. */
export interface BlobService {
  /** Where the contents are. */
  readonly origin: string
  readonly loginHost: string
  /** Both authorities. */
  readonly caFile: string
  readonly tenantId: string
  readonly clientId: string
  readonly clientSecret: string
}

export const blobServiceSchema: z.ZodType<BlobService> = z.object({
  origin: z.url(),
  loginHost: z.url(),
  caFile: z.string(),
  tenantId: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
})

const said = z.object({ origin: z.url(), caFile: z.string() })
const program = fileURLToPath(new URL('../../../../simulator/src/blob-server.ts', import.meta.url))

/** Serves the blobs of a folder over TLS from a process of its own; tokens come from the simulator, as they do elsewhere. */
export async function startBlobService(folder: string, tenantId: string): Promise<BlobService & AsyncDisposable> {
  await using parts = new AsyncDisposableStack()
  const { origin, caFile } = await startBlobServer(folder, parts)
  const scenario = join(folder, 'scenario.json')
  const [clientId, clientSecret] = ['aaaaaaaa-0000-4000-8000-000000000001', 'of the bench']
  const tenant = { tenantId, displayName: 'Bench', clientId, clientSecret, contents: [] }
  await writeFile(scenario, JSON.stringify({ start: '2024-03-14T00:00:00Z', tenants: [tenant] }))
  const { announcement } = parts.use(await startSimulator(scenario, join(folder, 'simulator')))
  const bothFile = join(folder, 'authorities.pem')
  await writeFile(bothFile, `${await readFile(caFile, 'utf8')}\n${await readFile(announcement.caFile, 'utf8')}`)
  const running = parts.move()
  return {
    ...{ origin, loginHost: announcement.origin, caFile: bothFile, tenantId, clientId, clientSecret },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

async function startBlobServer(folder: string, parts: AsyncDisposableStack): Promise<z.infer<typeof said>> {
  const child = spawn(process.execPath, ['--conditions=@mailtrail/source', program, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  parts.defer(async () => {
    child.stdin.end()
    await ended
  })
  for await (const line of createInterface({ input: child.stdout })) return said.parse(JSON.parse(line))
  throw new MailtrailError('BENCH_FAILED', 'The server of blobs did not start: see what it printed.')
}
