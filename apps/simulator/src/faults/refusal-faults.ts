import { activityError } from '../answer.ts'
import type { SimulatedTenant } from '../world.ts'
import {
  collectorsGap,
  type FaultDefinition,
  type FaultEnds,
  type FaultOperation,
  feedOperations,
  subscriptionGap,
  upstreamGap,
} from './fault-definition.ts'

interface Refusal {
  readonly name: string
  readonly operations: readonly FaultOperation[]
  readonly code: string
  readonly status: number
  readonly says: (tenant: SimulatedTenant) => string
  readonly meaning: string
  readonly source?: string
  readonly ends?: FaultEnds
}

const typed: readonly FaultOperation[] = ['start', 'stop', 'list-content']
const listing: readonly FaultOperation[] = ['list-content']
const fetching: readonly FaultOperation[] = ['fetch-content']

const refusals: readonly Refusal[] = [
  {
    name: 'af10001-permission-missing',
    operations: feedOperations,
    code: 'AF10001',
    status: 401,
    says: () => 'The permission set () sent in the request did not include the expected permission: ActivityFeed.Read',
    meaning: 'the token lacks ActivityFeed.Read',
  },
  {
    name: 'af20001-parameter-missing',
    operations: typed,
    code: 'AF20001',
    status: 400,
    says: () => 'Missing parameter: contentType',
    meaning: 'a required parameter is said to be missing',
  },
  {
    name: 'af20002-parameter-type',
    operations: typed,
    code: 'AF20002',
    status: 400,
    says: () => 'Invalid parameter type: startTime. Expected type: datetime',
    meaning: 'a parameter is said to have the wrong type',
  },
  {
    name: 'af20003-webhook-expired',
    operations: ['start'],
    code: 'AF20003',
    status: 400,
    says: () => 'The expiration of the webhook lies in the past.',
    meaning: 'the expiration of the webhook lies in the past',
  },
  {
    name: 'af20010-tenant-mismatch',
    operations: feedOperations,
    code: 'AF20010',
    status: 400,
    says: ({ tenantId }) => `The tenant ID passed in the URL (${tenantId}) does not match the tenant ID passed in the access token.`,
    meaning: "the token is said to be another tenant's",
  },
  {
    name: 'af20011-tenant-unknown',
    operations: feedOperations,
    code: 'AF20011',
    status: 400,
    says: ({ tenantId }) => `Specified tenant ID (${tenantId}) does not exist in the system or has been deleted.`,
    meaning: 'the service does not know the tenant, or it was deleted',
  },
  {
    name: 'af20012-tenant-misconfigured',
    operations: feedOperations,
    code: 'AF20012',
    status: 400,
    says: ({ tenantId }) => `Specified tenant ID (${tenantId}) is incorrectly configured in the system.`,
    meaning: 'the tenant is misconfigured in the service',
  },
  {
    name: 'af20013-tenant-not-a-guid',
    operations: feedOperations,
    code: 'AF20013',
    status: 400,
    says: ({ tenantId }) => `The tenant ID passed in the URL (${tenantId}) is not a valid GUID.`,
    meaning: "the tenant's id is said to be no GUID",
  },
  {
    name: 'af20020-content-type-invalid',
    operations: typed,
    code: 'AF20020',
    status: 400,
    says: () => 'The specified content type is not valid.',
    meaning: 'the content type is said to be invalid',
  },
  {
    name: 'af20021-webhook-not-validated',
    operations: ['start'],
    code: 'AF20021',
    status: 400,
    says: () => 'The webhook endpoint could not be validated.',
    meaning: 'the webhook could not be validated',
  },
  {
    name: 'af20022-no-subscription',
    operations: ['stop', 'list-content'],
    code: 'AF20022',
    status: 400,
    says: () => 'No subscription found for the specified content type.',
    meaning: 'there is no subscription for the content type',
    source: 'reference; its status is unknown, 404 has been assumed',
    ends: subscriptionGap,
  },
  {
    name: 'af20023-subscription-disabled',
    operations: ['start', 'list-content'],
    code: 'AF20023',
    status: 400,
    says: () => 'The subscription was disabled by a tenant admin or a service admin.',
    meaning: 'an administrator disabled the subscription',
    ends: subscriptionGap,
  },
  {
    name: 'af20030-time-range',
    operations: listing,
    code: 'AF20030',
    status: 400,
    says: () => 'Start time and end time must both be specified or both omitted, at most 24 hours apart, and at most 7 days in the past.',
    meaning: 'the time range is refused',
  },
  {
    name: 'af20050-content-missing',
    operations: fetching,
    code: 'AF20050',
    status: 404,
    says: () => 'The specified content does not exist.',
    meaning: 'a listed content is not there',
    ends: upstreamGap,
  },
  {
    name: 'af20051-content-expired',
    operations: fetching,
    code: 'AF20051',
    status: 400,
    says: () => 'Content requested has already expired. Content older than 7 days cannot be retrieved.',
    meaning: 'a listed content has expired, whatever its descriptor says',
    ends: upstreamGap,
  },
  {
    name: 'af20052-content-id-invalid',
    operations: fetching,
    code: 'AF20052',
    status: 400,
    says: () => 'The content ID in the URL is invalid.',
    meaning: 'the id of a listed content is said to be invalid',
    ends: upstreamGap,
  },
  {
    name: 'af20053-languages',
    operations: ['list-content', 'fetch-content'],
    code: 'AF20053',
    status: 400,
    says: () => 'Only one language may be present in the Accept-Language header.',
    meaning: 'Accept-Language is said to name several languages',
  },
  {
    name: 'af20054-language-syntax',
    operations: ['list-content', 'fetch-content'],
    code: 'AF20054',
    status: 400,
    says: () => 'Invalid syntax in the Accept-Language header.',
    meaning: 'Accept-Language is said to be malformed',
  },
  {
    name: 'af20055-time-range',
    operations: listing,
    code: 'AF20055',
    status: 400,
    says: () => 'Start time must be before end time, at most 24 hours apart, and at most 7 days in the past.',
    meaning: 'the time range is refused, in newer words',
    source: 'reference; seen: wazuh, graph2otel',
  },
]

/** The service's own codes that say no. */
export const refusalFaults: readonly FaultDefinition[] = refusals.map(
  ({ code, status, says, source = 'reference', ends = collectorsGap, ...rest }) => ({
    ...rest,
    source,
    ends,
    acts: 'answer',
    parameters: { status },
    answer: ({ tenant, parameters }) => activityError(code, says(tenant), parameters.status),
  }),
)
