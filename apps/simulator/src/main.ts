import { announcement } from './announcement.ts'
import { endOfRun } from './end-of-run.ts'
import { loadWorld, ScenarioError } from './load-world.ts'
import { parseOptions } from './options.ts'
import { startSimulator } from './server.ts'
import type { World } from './world.ts'

const options = parseOptions(process.argv)
const end = endOfRun(options)
const world = await loadOrExit()
{
  await using simulator = await startSimulator(world, options)
  process.stdout.write(`${JSON.stringify(announcement(world, simulator))}\n`)
  await end
}
process.exit(0)

async function loadOrExit(): Promise<World> {
  try {
    return await loadWorld(options.scenario, options.seed)
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}
