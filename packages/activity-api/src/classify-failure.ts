import type { Operation } from './activity-api-error.ts'
import type { ActivityApiErrorCode } from './error-codes.ts'
import type { VendorError } from './vendor-error.ts'

/** Microsoft gives no HTTP status per code, so the code alone decides. */
const byVendorCode: ReadonlyMap<string, ActivityApiErrorCode> = new Map([
  ['AF429', 'ACTIVITY_API_THROTTLED'],
  ['AF10001', 'ACTIVITY_API_CONSENT_MISSING'],
  ['AF20001', 'ACTIVITY_API_REQUEST_INVALID'],
  ['AF20002', 'ACTIVITY_API_REQUEST_INVALID'],
  ['AF20003', 'ACTIVITY_API_REQUEST_INVALID'],
  ['AF20010', 'ACTIVITY_API_REQUEST_INVALID'],
  ['AF20011', 'ACTIVITY_API_TENANT_UNKNOWN'],
  ['AF20012', 'ACTIVITY_API_TENANT_UNKNOWN'],
  ['AF20013', 'ACTIVITY_API_REQUEST_INVALID'],
  ['AF20020', 'ACTIVITY_API_REQUEST_INVALID'],
  ['AF20021', 'ACTIVITY_API_REQUEST_INVALID'],
  ['AF20022', 'ACTIVITY_API_SUBSCRIPTION_MISSING'],
  ['AF20023', 'ACTIVITY_API_SUBSCRIPTION_DISABLED'],
  ['AF20024', 'ACTIVITY_API_REQUEST_INVALID'],
  ['AF20030', 'ACTIVITY_API_WINDOW_AGED_OUT'],
  ['AF20031', 'ACTIVITY_API_PAGE_INVALID'],
  ['AF20050', 'ACTIVITY_API_CONTENT_MISSING'],
  ['AF20051', 'ACTIVITY_API_CONTENT_EXPIRED'],
  ['AF20052', 'ACTIVITY_API_CONTENT_MISSING'],
  ['AF20053', 'ACTIVITY_API_REQUEST_INVALID'],
  ['AF20054', 'ACTIVITY_API_REQUEST_INVALID'],
  ['AF20055', 'ACTIVITY_API_WINDOW_AGED_OUT'],
])

/**
 * Finds our word for a failed answer: by what the service says first, then by HTTP status. A code nobody has documented yet is classified by its
 * status, but says nothing of consent where it is not of the family that does.
 *
 * @see https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-reference#errors
 */
export function classifyFailure(operation: Operation, status: number, error: VendorError): ActivityApiErrorCode {
  const { vendorCode = '', auditingOff } = error
  const known = byVendorCode.get(vendorCode)
  if (known) return known
  if (vendorCode.startsWith('AF5')) return 'ACTIVITY_API_UNAVAILABLE'
  // Seen with 400. With a 5xx the service itself has failed, and what it says of the tenant is no finding.
  if (auditingOff) return status < 500 ? 'ACTIVITY_API_AUDITING_OFF' : 'ACTIVITY_API_UNAVAILABLE'
  if (status === 403 && /^AF(?!1)/.test(vendorCode)) return 'ACTIVITY_API_REQUEST_INVALID'
  return classifyStatus(operation, status, error.json)
}

function classifyStatus(operation: Operation, status: number, json: boolean): ActivityApiErrorCode {
  if (status < 400) return 'ACTIVITY_API_RESPONSE_INVALID'
  if (status === 401) return 'ACTIVITY_API_CONSENT_MISSING'
  if (status === 408 || status === 429 || status === 503) return 'ACTIVITY_API_THROTTLED'
  if (status >= 500) return 'ACTIVITY_API_UNAVAILABLE'
  if (status === 404 && operation === 'open-content') return 'ACTIVITY_API_CONTENT_MISSING'
  // The service answers in JSON; a page in its place comes from a gateway on the way.
  if (!json) return 'ACTIVITY_API_UNAVAILABLE'
  return status === 403 ? 'ACTIVITY_API_CONSENT_MISSING' : 'ACTIVITY_API_REQUEST_INVALID'
}
