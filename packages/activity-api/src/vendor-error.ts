import { hourMs } from '@mailtrail/core'
import { z } from 'zod'

/** What an error body says. */
export interface VendorError {
  /** False for a gateway's page, an empty or a cut body. */
  readonly json: boolean
  /** The service's code where it is one (`AF20022`); several real failures put a sentence in its place. */
  readonly vendorCode?: string
  /** Unified audit logging is off: a DataServiceException that says the tenant does not exist, although it does. */
  readonly auditingOff?: boolean
  /** How long it asks to wait in words; all that is kept of its text. */
  readonly retryAfterMs?: number
}

const text: z.ZodType<string> = z.string().catch('')
const errorBody: z.ZodType<{ error: { code: string; message: string } }> = z.object({ error: z.object({ code: text, message: text }) })

/** Reads the error object of an answer, whatever its status. `json` is the parsed body, undefined if it was not JSON. */
export function readVendorError(json: unknown): VendorError {
  if (json === undefined) return { json: false }
  const parsed = errorBody.safeParse(json)
  if (!parsed.success) return { json: true }
  const { code, message } = parsed.data.error
  const vendorCode = /^AF\d{1,9}$/.exec(code.trim().toUpperCase())?.[0]
  if (vendorCode !== undefined) return { json: true, vendorCode, ...retryInWords(vendorCode, message) }
  return { json: true, auditingOff: /DataServiceException: Tenant\b.*\bdoes not exist/s.test(`${code} ${message}`) }
}

/** A variant of AF50000 asks to try again in an hour, and means it: an outage of that kind has lasted for days. */
function retryInWords(vendorCode: string, message: string): Pick<VendorError, 'retryAfterMs'> {
  return vendorCode.startsWith('AF5') && /\b(in|after) (an|one|1) hour\b/i.test(message) ? { retryAfterMs: hourMs } : {}
}
