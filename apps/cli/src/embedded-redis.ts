import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { MailtrailError } from '@mailtrail/core'

const configFile = fileURLToPath(new URL('../../../infra/redis/redis.conf', import.meta.url))
const startMs = 15_000

export interface EmbeddedRedis extends AsyncDisposable {
  readonly url: string
}

/**
 * Starts a Redis of our own on a free loopback port, with its data in `folder`.
 *
 * @throws {@link MailtrailError} `REDIS_NOT_STARTED`
 */
export async function startEmbeddedRedis(folder: string): Promise<EmbeddedRedis> {
  await mkdir(folder, { recursive: true })
  const port = await freePort()
  const server = spawn('redis-server', [configFile, '--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--daemonize', 'no'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C is for the fleet, which hands back to it what it cannot end.
    detached: true,
  })
  const ended = once(server, 'exit').catch(() => {})
  const kill = (): void => {
    server.kill('SIGTERM')
  }
  // Of a process that ends at once, for nobody reads it, or at a second signal.
  process.once('exit', kill)
  const stop = async (): Promise<void> => {
    process.off('exit', kill)
    kill()
    await ended
  }
  try {
    await ready(server.stdout)
  } catch (cause) {
    await stop()
    throw new MailtrailError(
      'REDIS_NOT_STARTED',
      'redis-server could not be started. Install it (Debian: apt-get install redis-server) or set MAILTRAIL_REDIS_URL.',
      {
        cause,
      },
    )
  }
  server.stdout.resume()
  return { url: `redis://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop }
}

async function ready(output: Readable): Promise<void> {
  const signal = AbortSignal.timeout(startMs)
  let text = ''
  for await (const chunk of output.iterator({ destroyOnReturn: false })) {
    signal.throwIfAborted()
    text += String(chunk)
    if (text.includes('Ready to accept connections')) return
  }
  throw new Error(text.slice(-500))
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
