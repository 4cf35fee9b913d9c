import { setTimeout as delay } from 'node:timers/promises'
import type { Abortable } from '@mailtrail/core'
import type { WorkQueues } from '@mailtrail/queues'
import type { SimulatedClock } from '@mailtrail/runtime'
import type { SimulatorProcess } from './simulator-process.ts'

export interface SimulatedRun extends Abortable {
  readonly clock: SimulatedClock
  readonly simulator: Pick<SimulatorProcess, 'advanceTo'>
  readonly queues: Pick<WorkQueues, 'unfinished'>
  readonly until: number
  /** How far time moves at once. */
  readonly stepMs: number
  readonly onStep?: (now: number) => void | Promise<void>
}

const pollMs = 10

/**
 * Lets time pass for the simulator and the fleet, step by step and never ahead of unfinished work, so that the result does not depend on
 * how fast the machine is.
 */
export async function runSimulatedTime({ clock, simulator, queues, until, stepMs, onStep, signal }: SimulatedRun): Promise<void> {
  while (clock.now() < until) {
    signal?.throwIfAborted()
    const next = Math.min(clock.now() + stepMs, until)
    await simulator.advanceTo(next)
    await clock.advanceTo(next)
    while ((await queues.unfinished()) > 0) await delay(pollMs, undefined, { signal })
    await onStep?.(next)
  }
}
