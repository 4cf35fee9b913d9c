import { type Answer, activityError, gatewayPage } from './answer.ts'
import type { Fault, SimulatedContent, SimulatedTenant } from './world.ts'

/** Counts the requests for each content, and tells which of them meet its fault. */
export interface FaultTurns {
  take(tenant: SimulatedTenant, content: SimulatedContent): Fault | undefined
}

export function createFaultTurns(): FaultTurns {
  const requests = new Map<string, number>()
  return {
    take: (tenant, { contentId, fault }) => {
      const key = `${tenant.tenantId} ${contentId}`
      const served = (requests.get(key) ?? 0) + 1
      requests.set(key, served)
      return fault && served <= (fault.times ?? Number.POSITIVE_INFINITY) ? fault : undefined
    },
  }
}

/** The answer of a content with this fault; `whole` is what it would be without. */
export function faultAnswer(fault: Fault, whole: Answer, publisherId: string): Answer {
  switch (fault.kind) {
    case 'status':
      return statusAnswer(fault.status ?? 500)
    case 'throttle':
      return activityError('AF429', `Too many requests. Method=GetBlob, PublisherId=${publisherId}`, fault.status ?? 403)
    case 'missing':
      return activityError('AF20050', 'The specified content does not exist.', fault.status ?? 404)
    case 'expired':
      return activityError(
        'AF20051',
        'Content requested has already expired. Content older than 7 days cannot be retrieved.',
        fault.status ?? 400,
      )
    case 'truncate':
      return { ...whole, halfway: 'cut' }
    case 'errorObject':
      return activityError('AF50000', 'An internal error occurred. Retry the request.', fault.status ?? 200)
    case 'notJson':
      return gatewayPage(fault.status ?? 200)
  }
}

function statusAnswer(status: number): Answer {
  return status === 500 ? activityError('AF50000', 'An internal error occurred. Retry the request.', status) : gatewayPage(status)
}
