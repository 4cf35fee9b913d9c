import { freePort } from './free-port.ts'
import { fleetLogin, startRedis, type TestRedis } from './redis.ts'
import { redisAnswers, redisCli } from './redis-cli.ts'

/** Three servers that hold a third of the slots each. */
export interface TestRedisCluster extends AsyncDisposable {
  /** As a user who may do everything. */
  readonly url: string
  /** As the user of `infra/redis/users.acl`. */
  readonly fleetUrl: string
  readonly nodes: readonly TestRedis[]
}

const slots = ['0 5460', '5461 10922', '10923 16383']

export async function startRedisCluster(): Promise<TestRedisCluster> {
  await using parts = new AsyncDisposableStack()
  const nodes: TestRedis[] = []
  for (const [index, range] of slots.entries()) {
    const busPort = await freePort()
    const directives = { 'cluster-enabled': 'yes', 'cluster-port': String(busPort), 'cluster-node-timeout': '2000' }
    const node = parts.use(await startRedis({ directives }))
    await redisCli(node.port, `CLUSTER ADDSLOTSRANGE ${range}`)
    await redisCli(node.port, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`)
    for (const other of nodes) await redisCli(other.port, `CLUSTER MEET 127.0.0.1 ${node.port} ${busPort}`)
    nodes.push(node)
  }
  for (const { port } of nodes) await redisAnswers(/cluster_state:ok/, port, 'CLUSTER INFO')
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')
  const owned = parts.move()
  return {
    url: `redis+cluster://${hosts}`,
    fleetUrl: `redis+cluster://${fleetLogin}@${hosts}`,
    nodes,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
