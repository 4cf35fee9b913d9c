import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isConfigured, loadConfig, type Role, runRole } from '@mailtrail/runtime'
import type { Command } from 'commander'
import { startEmbeddedRedis } from '../embedded-redis.ts'
import { roles, startRoles } from '../fleet.ts'
import { say } from '../print.ts'

export function addUpCommand(program: Command): void {
  program
    .command('up')
    .description('run the whole fleet in this process, with a Redis of its own and a folder lake in DIR')
    .requiredOption('--data <dir>', 'holds lake/, redis/ and, if there is one, mailtrail.yaml')
    .action(async ({ data }: { data: string }) => {
      const folder = resolve(data)
      const file = join(folder, 'mailtrail.yaml')
      await using parts = new AsyncDisposableStack()
      const settings = existsSync(file) ? file : undefined
      const isSet = (key: 'redisUrl' | 'lake'): boolean => isConfigured(key, process.env, settings)
      const redisUrl = isSet('redisUrl') ? undefined : parts.use(await startEmbeddedRedis(join(folder, 'redis'))).url
      const ownLake = isSet('lake') ? undefined : `file:${join(folder, 'lake')}`
      const config = loadConfig({ redisUrl, lake: ownLake }, process.env, settings)
      const { lake } = config
      const startFleet: Role = async (resources) => {
        const fleet = await startRoles(Object.keys(roles), resources)
        say(`The fleet is running on ${lake}. Add tenants with: mailtrail tenant add --lake ${lake} … (Ctrl-C ends it.)`)
        return fleet
      }
      await runRole('fleet', startFleet, config)
    })
}
