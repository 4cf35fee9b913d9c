import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Abortable, MailtrailError } from '@mailtrail/core'

export interface AloneOptions extends Abortable {
  /** Beside what this process has. */
  readonly env?: NodeJS.ProcessEnv
}

/**
 * Runs a program of a bench as a process of its own, so that its time and memory are those of its work. Returns what it sends.
 *
 * @param program - its address, without the ending
 * @throws {@link MailtrailError} `BENCH_FAILED`
 */
export async function runAlone(program: URL, args: readonly string[], { env, signal }: AloneOptions = {}): Promise<unknown> {
  const isSource = import.meta.url.endsWith('.ts')
  const path = `${fileURLToPath(program)}${isSource ? '.ts' : '.js'}`
  const execArgv = isSource ? ['--conditions=@mailtrail/source'] : []
  const child = fork(path, args, { execArgv, env: { ...process.env, ...env }, ...(signal && { signal }) })
  const answer = once(child, 'message')
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new MailtrailError('BENCH_FAILED', `The process ${path} ended with ${code}: see what it printed.`)
  return (await answer)[0]
}
