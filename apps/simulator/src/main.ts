import { announcement } from './announcement.ts'
import { endOfRun } from './end-of-run.ts'
import { loadWorld, ScenarioError } from './load-world.ts'
import { parseOptions } from './options.ts'
import { startSimulator } from './server.ts'

const options = parseOptions(process.argv)
const end = endOfRun(options)
try {
  const world = await loadWorld(options.scenario, options.seed)
  await using simulator = await startSimulator(world, options)
  process.stdout.write(`${JSON.stringify(announcement(world, simulator))}\n`)
  await end
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(error instanceof ScenarioError ? 2 : 1)
}
process.exit(0)
