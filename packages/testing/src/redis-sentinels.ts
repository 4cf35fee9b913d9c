import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ChildServer, lifeline, startChildServer } from './child-server.ts'
import { fleetLogin, listeningOn, type RedisOptions, serveOnFreePort, startRedis, type TestRedis } from './redis.ts'
import { redisAnswers } from './redis-cli.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { createTlsFiles, type TlsFiles } from './tls-files.ts'

/** Two servers of which one leads, and three sentinels that let the other one lead when it fails; all of them talk TLS only. */
export interface TestRedisSentinels extends AsyncDisposable {
  /** As the user of `infra/redis/users.acl`. */
  readonly fleetUrl: string
  /** Of the certificate that all of them show. */
  readonly caFile: string
  readonly sentinelPassword: string
  /** Who leads at the start. */
  readonly leader: TestRedis
  readonly follower: TestRedis
}

const sentinelPassword = 'sentinel-password'
const master = 'fleet'

/** @param follower - directives of the server that follows, as of {@link startRedis} */
export async function startRedisSentinels({
  follower = {},
}: {
  readonly follower?: RedisOptions['directives']
} = {}): Promise<TestRedisSentinels> {
  await using parts = new AsyncDisposableStack()
  const tls = parts.use(await createTlsFiles())
  const leader = parts.use(await startRedis({ tls, directives: { 'repl-diskless-sync-delay': '0' } }))
  // Two words in one argument would be one word.
  const followerFile = join(parts.use(await temporaryFolder()).path, 'follower.conf')
  await writeFile(followerFile, `replicaof 127.0.0.1 ${leader.port}\n`)
  const following = parts.use(await startRedis({ tls, directives: { include: followerFile, ...follower } }))
  // A sentinel asks who follows at its start, and for a long time not again.
  const asking = ['--tls', '--cacert', tls.certFile, '--no-auth-warning']
  await redisAnswers(/state=online/, leader.port, 'INFO replication', asking)
  const ports: number[] = []
  for (let number = 0; number < 3; number += 1) ports.push(await startSentinel(leader.port, tls, parts))
  for (const port of ports) await redisAnswers(/^OK 3 /, port, `SENTINEL CKQUORUM ${master}`, [...asking, '-a', sentinelPassword])
  const owned = parts.move()
  return {
    fleetUrl: `rediss+sentinel://${fleetLogin}@${ports.map((port) => `127.0.0.1:${port}`).join(',')}/${master}`,
    caFile: tls.certFile,
    sentinelPassword,
    leader,
    follower: following,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function startSentinel(leaderPort: number, tls: TlsFiles, parts: AsyncDisposableStack): Promise<number> {
  const { path } = parts.use(await temporaryFolder())
  await mkdir(path, { recursive: true })
  // It writes into this file what it finds out.
  const file = join(path, 'sentinel.conf')
  const settings = [
    `requirepass ${sentinelPassword}`,
    `sentinel sentinel-pass ${sentinelPassword}`,
    `sentinel monitor ${master} 127.0.0.1 ${leaderPort} 2`,
    `sentinel down-after-milliseconds ${master} 500`,
    `sentinel failover-timeout ${master} 3000`,
  ]
  await writeFile(file, `${settings.join('\n')}\n`)
  const serve = (port: number): Promise<ChildServer> => {
    const args = [file, '--sentinel', '--bind', '127.0.0.1', '--dir', path, ...listeningOn(port, tls)]
    return startChildServer('sh', ['-c', lifeline, 'sh', 'redis-server', ...args], (line) => line.includes('+monitor'))
  }
  const { port, server } = await serveOnFreePort(serve)
  parts.defer(() => server.end())
  return port
}
