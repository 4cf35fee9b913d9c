import { z } from 'zod'
import { type Answer, jsonAnswer, type SimulatorRequest } from '../answer.ts'
import type { Route } from '../route.ts'
import type { Simulation } from '../simulation.ts'
import { truthOf } from '../truth.ts'

/** The simulator's own addresses: its clock, what it counted, and what is true. */
export const controlRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/sim\/clock$/,
    handle: (simulation) => jsonAnswer(200, clockReply(simulation)),
  },
  { method: 'PUT', path: /^\/sim\/clock$/, handle: moveClock },
  {
    method: 'GET',
    path: /^\/sim\/metrics$/,
    handle: ({ metrics }) => jsonAnswer(200, metrics.snapshot()),
  },
  {
    method: 'GET',
    path: /^\/sim\/truth$/,
    handle: (simulation) => jsonAnswer(200, truthOf(simulation)),
  },
]

const clockSchema = z.object({ now: z.iso.datetime({ offset: true }) })

function moveClock(simulation: Simulation, { body }: SimulatorRequest): Answer {
  const wanted = clockSchema.safeParse(parseJson(body))
  if (!wanted.success)
    return jsonAnswer(400, {
      error: 'A body such as {"now":"2024-03-11T01:00:00Z"} is needed.',
    })
  if (!simulation.clock.moveTo(Date.parse(wanted.data.now))) {
    return jsonAnswer(409, {
      error: 'Simulated time only moves forward.',
      ...clockReply(simulation),
    })
  }
  return jsonAnswer(200, clockReply(simulation))
}

function clockReply({ clock }: Simulation): { readonly now: string } {
  return { now: new Date(clock.now()).toISOString() }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
