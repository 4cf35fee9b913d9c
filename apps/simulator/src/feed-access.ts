import { type Answer, activityError, jsonAnswer, type SimulatorRequest } from './answer.ts'
import { findTenant, type Simulation } from './simulation.ts'
import { type ContentType, contentTypes, type SimulatedTenant } from './world.ts'

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The tenant a feed call may act on, or why it may not. */
export function authoriseFeedCall(simulation: Simulation, request: SimulatorRequest, tenantId: string): SimulatedTenant | Answer {
  const token = bearerToken(request)
  const claims = token && simulation.tokens.verify(token, simulation.origin, Date.now() / 1000)
  if (!claims)
    return jsonAnswer(401, {
      Message: 'Authorization has been denied for this request.',
    })
  if (!guid.test(tenantId)) return activityError('AF20013', `The tenant ID passed in the URL (${tenantId}) is not a valid GUID.`)
  if (claims.tid !== tenantId.toLowerCase()) {
    return activityError(
      'AF20010',
      `The tenant ID passed in the URL (${tenantId}) does not match the tenant ID passed in the access token (${claims.tid}).`,
    )
  }
  if (!claims.roles.includes('ActivityFeed.Read')) {
    return activityError(
      'AF10001',
      'The permission set () sent in the request did not include the expected permission: ActivityFeed.Read',
      401,
    )
  }
  return findTenant(simulation, tenantId) ?? activityError('AF20011', `Specified tenant ID (${tenantId}) does not exist in the system.`)
}

export function parseContentType(url: URL): ContentType | Answer {
  const given = url.searchParams.get('contentType')
  if (!given) return activityError('AF20001', 'Missing parameter: contentType')
  const contentType = contentTypes.find((type) => type.toLowerCase() === given.toLowerCase())
  return contentType ?? activityError('AF20020', `The specified content type (${given}) is not valid.`)
}

export function bearerToken({ headers }: SimulatorRequest): string | undefined {
  return /^Bearer (?<token>\S+)$/i.exec(headers.authorization ?? '')?.groups?.token
}

export function isAnswer(value: object | string): value is Answer {
  return typeof value === 'object' && 'status' in value
}
