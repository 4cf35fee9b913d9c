import { setTimeout as delay } from 'node:timers/promises'
import { minuteMs } from '@mailtrail/core'
import { createRandom, type Random } from '../e2e/random.ts'
import type { ChaosFault } from './chaos-fault.ts'
import { type ChaosFleet, startChaosFleet } from './chaos-fleet.ts'
import { chaosStart, chaosWorld, stepMs } from './chaos-world.ts'
import { judgeChaos } from './judge-chaos.ts'
import type { LakePlace } from './lake-place.ts'
import { letWaitsPass } from './let-waits-pass.ts'

export interface ChaosRun {
  readonly seed: string
  readonly steps: number
  readonly faults: readonly ChaosFault[]
  openPlace(): Promise<LakePlace>
  /** Called with each line of the plan as it is done. */
  readonly tell?: (line: string) => void
}

export interface ChaosResult {
  /** What was done, a line a fault. */
  readonly plan: readonly string[]
  /** How many of the faults met work under way. */
  readonly atWork: number
  readonly problems: readonly string[]
}

/** How long work is waited for in a step under faults, and in a quiet fleet. */
const [patienceMs, quietPatienceMs] = [15_000, 60_000]

/** Steps after the last fault, in which what was left over is done. */
const quietSteps = 12

/** Plays a feed to a fleet with a fault in each step, then lets it come to rest and judges. */
export async function playChaos({ seed, steps, faults, openPlace, tell = () => {} }: ChaosRun): Promise<ChaosResult> {
  const random = createRandom(`chaos ${seed}`)
  await using place = await openPlace()
  await using fleet = await startChaosFleet(chaosWorld(steps, random), place)
  const plan: string[] = []
  let atWork = 0
  const order = shuffled([...faults, ...place.faults], random)
  // So that the subscriptions are seen to be on.
  await fleet.step(timeOf(0))
  await untilDone(fleet, quietPatienceMs)
  for (let step = 1; step <= steps; step += 1) {
    await untilLed(fleet)
    await fleet.step(timeOf(step))
    const fault = order[step % order.length] as ChaosFault
    const [afterMs, lastsMs] = [random.between(0, 300), random.between(200, 2_500)]
    const line = `step ${step}: ${fault.name}, after ${afterMs} ms, for ${lastsMs} ms`
    plan.push(line)
    tell(line)
    await untilUnderWay(fleet)
    await delay(afterMs)
    // Asked before: Redis may be what goes away.
    if ((await fleet.queues.unfinished()) > 0) atWork += 1
    const end = await fault.begin(fleet, random)
    await delay(lastsMs)
    await end()
    await untilDone(fleet, patienceMs)
  }
  for (let step = steps + 1; step <= steps + quietSteps; step += 1) {
    await Promise.all(fleet.members.map((member) => member.untilUp()))
    await untilLed(fleet)
    await fleet.step(timeOf(step))
    await untilDone(fleet, quietPatienceMs)
  }
  return { plan, atWork, problems: await judgeChaos(fleet, { from: chaosStart, to: chaosStart + steps * stepMs }) }
}

/** In the middle of a window, so that it is peeked at. */
function timeOf(step: number): number {
  return chaosStart + step * stepMs + 5 * minuteMs
}

/** A leader that died is followed only when its lease has run out; nothing is scheduled until then. */
async function untilLed({ connection }: ChaosFleet): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await delay(50))
    if ((await connection.pttl('mailtrail:leader:scheduler')) > 7_000) return
}

async function untilUnderWay({ queues }: ChaosFleet): Promise<void> {
  for (const end = Date.now() + 2_000; Date.now() < end && (await queues.unfinished()) === 0; ) await delay(10)
}

async function untilDone({ queues, connection }: ChaosFleet, withinMs: number): Promise<void> {
  for (const end = Date.now() + withinMs; Date.now() < end; ) {
    if ((await queues.unfinished()) === 0) return
    if ((await queues.ready()) === 0) await letWaitsPass(connection)
    await delay(50)
  }
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items]
  return items.map(() => left.splice(random.between(0, left.length - 1), 1)[0] as T)
}
