import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { hospitalWorld } from './hospital/hospital-world.ts'
import { parseJsonKeepingNumbers } from './json-text.ts'
import { scenarioSchema } from './scenario.ts'
import { worldOfScenario } from './scenario-world.ts'
import type { World } from './world.ts'

/** A scenario cannot be played; the message names the file and every fault in it. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
}

/**
 * @param scenario - `hospital`, or the path of a scenario file
 * @throws {@link ScenarioError} if the file cannot be read, is not JSON, or does not fit the schema
 */
export async function loadWorld(scenario: string, seed: string): Promise<World> {
  if (scenario === 'hospital') return hospitalWorld(seed)
  const result = scenarioSchema.safeParse(parseScenarioFile(scenario, await readScenarioFile(scenario)))
  if (!result.success) throw new ScenarioError(`The scenario ${scenario} cannot be played:\n${z.prettifyError(result.error)}`)
  return worldOfScenario(result.data, seed)
}

async function readScenarioFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new ScenarioError(`The scenario ${path} cannot be read: ${messageOf(cause)}. Give "hospital" or the path of a JSON file.`, {
      cause,
    })
  }
}

function parseScenarioFile(path: string, text: string): unknown {
  try {
    return parseJsonKeepingNumbers(text)
  } catch (cause) {
    throw new ScenarioError(`The scenario ${path} is not JSON: ${messageOf(cause)}.`, { cause })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
