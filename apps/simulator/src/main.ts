import { announcement } from './announcement.ts'
import { endOfRun } from './end-of-run.ts'
import { faultCatalogue } from './fault-catalogue.ts'
import { loadWorld, ScenarioError } from './load-world.ts'
import { parseOptions, type RunOptions } from './options.ts'
import { readDelivered } from './read-delivered.ts'
import { renderAnnouncement } from './render-announcement.ts'
import { renderCatalogue } from './render-catalogue.ts'
import { renderScore } from './render-score.ts'
import { scoreOf } from './score.ts'
import { startSimulator } from './server.ts'
import { shiftWorld } from './shift-world.ts'

// Nobody reads any more what it says, as `mailtrail simulator --json | head -1` has it: what SIGPIPE would end it with.
process.stdout.on('error', () => process.exit(141))

const options = parseOptions(process.argv)
try {
  if (options.faults) print(options.json ? JSON.stringify(faultCatalogue) : renderCatalogue(faultCatalogue))
  else await play(options)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(error instanceof ScenarioError ? 2 : 1)
}
process.exit()

async function play(run: RunOptions): Promise<void> {
  const end = endOfRun(run)
  const told = await loadWorld(run.scenario, run.seed)
  const world = run.now ? shiftWorld(told, Math.floor(Date.now() / 1000) * 1000) : told
  await using simulator = await startSimulator(world, run)
  const announced = announcement(world, simulator)
  print(run.text ? renderAnnouncement(announced, run.speed) : JSON.stringify(announced))
  await end
  if (!run.text && !run.json) return
  for (const path of run.delivered) await readDelivered(simulator.simulation.delivered, path).catch((error) => complain(path, error))
  const score = scoreOf(simulator.simulation, run.operation)
  print(run.text ? renderScore(score) : JSON.stringify(score))
}

/** The score is told all the same; the exit code is 1. */
function complain(path: string, error: unknown): void {
  process.stderr.write(`What was delivered to ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
