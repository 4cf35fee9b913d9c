import { type Answer, activityError } from '../answer.ts'
import { faultAnswer } from '../content-fault.ts'
import { authoriseFeedCall, isAnswer } from '../feed-access.ts'
import type { Route } from '../route.ts'
import { listableContents, type Simulation } from '../simulation.ts'
import type { SimulatedContent, SimulatedTenant } from '../world.ts'

/** Serves the records of one content. */
export const contentRoute: Route = {
  method: 'GET',
  path: /^\/api\/v1(?:\.0)?\/(?<tenant>[^/]+)\/activity\/feed\/audit\/(?<content>[^/]+)$/,
  operation: 'fetch',
  isFeed: true,
  handle: (simulation, request, { tenant: tenantId = '', content: contentId = '' }) => {
    const tenant = authoriseFeedCall(simulation, request, tenantId)
    if (isAnswer(tenant)) return tenant
    const content = listableContents(simulation, tenant).find((listable) => listable.contentId === contentId)
    if (!content) return activityError('AF20050', `The specified content (${contentId}) does not exist.`, 404)
    return answerContent(simulation, tenant, content)
  },
}

function answerContent({ clock, faults }: Simulation, tenant: SimulatedTenant, content: SimulatedContent): Answer {
  if (clock.now() >= content.expires) {
    return activityError('AF20051', 'Content requested has already expired. Content older than 7 days cannot be retrieved.')
  }
  const whole: Answer = {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: content.body(),
  }
  const fault = faults.take(tenant, content)
  return fault ? faultAnswer(fault, whole, tenant.publisherId) : whole
}
