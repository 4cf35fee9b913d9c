import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'
import { fleetLogin, startRedis, type TestRedis } from './redis.ts'

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
  for (const { port } of nodes) await agreed(port)
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')
  const owned = parts.move()
  return {
    url: `redis+cluster://${hosts}`,
    fleetUrl: `redis+cluster://${fleetLogin}@${hosts}`,
    nodes,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Waits until a node knows of all slots. */
async function agreed(port: number): Promise<void> {
  while (!(await redisCli(port, 'CLUSTER INFO')).includes('cluster_state:ok')) await new Promise((resolve) => setTimeout(resolve, 20))
}

async function redisCli(port: number, command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(port), ...command.split(' ')])
  if (/^(ERR|WRONG)/.test(stdout)) throw new Error(`${command}: ${stdout}`)
  return stdout
}
