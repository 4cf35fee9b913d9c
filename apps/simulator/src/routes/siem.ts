import { type Answer, jsonAnswer, type SimulatorRequest } from '../answer.ts'
import type { Route } from '../route.ts'
import { isSignatureValid } from '../siem.ts'
import type { Simulation } from '../simulation.ts'

/** A SIEM that takes Standard Webhooks and shows what it took. */
export const siemRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: /^\/sim\/siem$/,
    operation: 'siem',
    handle: takeDelivery,
  },
  {
    method: 'GET',
    path: /^\/sim\/siem$/,
    handle: ({ deliveries }) => jsonAnswer(200, { deliveries }),
  },
]

function takeDelivery({ world, metrics, siemSecret, deliveries, clock }: Simulation, request: SimulatorRequest): Answer {
  if (metrics.snapshot().calls.siem < world.siem.failFirst) return { status: 503 }
  const id = headerText(request, 'webhook-id')
  const timestamp = headerText(request, 'webhook-timestamp')
  const signatures = headerText(request, 'webhook-signature')
  deliveries.push({
    id,
    timestamp,
    signatureValid: isSignatureValid(siemSecret, {
      id,
      timestamp,
      body: request.body,
      signatures,
    }),
    body: parseBody(request.body),
    at: new Date(clock.now()).toISOString(),
  })
  return { status: 204 }
}

function headerText({ headers }: SimulatorRequest, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
