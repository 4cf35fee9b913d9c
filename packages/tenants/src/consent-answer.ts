import { MailtrailError, parseTenantId, type TenantId } from '@mailtrail/core'

/** What came back from a consent link. */
export interface ConsentAnswer {
  readonly state: string
  /** The tenant that says it consented: to be proved; undefined when it was refused. */
  readonly tenantId: TenantId | undefined
  /** The vendor's code of a refusal, or its word where it gave no code. */
  readonly refusal: string | undefined
}

/**
 * Reads the address that the administrator's browser ended on. Nothing in it is trusted but by its state, and nothing of its texts is kept.
 *
 * @throws {@link MailtrailError} `CONSENT_ANSWER_INVALID`
 */
export function readConsentAnswer(address: string): ConsentAnswer {
  const parameters = URL.parse(address.trim())?.searchParams
  const only = (name: string): string | undefined => {
    const values = parameters?.getAll(name) ?? []
    if (values.length > 1) throw invalid(`has ${name} more than once`)
    return values[0]
  }
  const state = only('state')
  if (!state) throw invalid('has no state')
  const error = only('error')
  if (error !== undefined) return { state, tenantId: undefined, refusal: codeOfRefusal(error, only('error_description')) }
  if (only('admin_consent')?.toLowerCase() !== 'true') throw invalid('does not say that consent was given')
  return { state, tenantId: readTenantId(only('tenant')), refusal: undefined }
}

/** What a refusal means, from the code alone: the description is the service's text, and may hold anything. */
export function consentRefused(refusal: string): MailtrailError {
  const meanings: Readonly<Record<string, string>> = {
    AADSTS65004: 'The administrator declined. Send the link again once they agree.',
    AADSTS650051:
      'The app asks for a permission that no longer exists: remove it (such as ActivityReports.Read) from the app registration.',
  }
  const meaning = meanings[refusal] ?? 'See what the code says at https://login.microsoftonline.com/error, and send the link again.'
  return new MailtrailError('CONSENT_REFUSED', `Consent was not given (${refusal}). ${meaning}`)
}

function codeOfRefusal(error: string, description = ''): string {
  const code = /\bAADSTS\d{1,9}\b/.exec(description)?.[0]
  return code ?? (/^[a-z_]{1,40}$/.test(error) ? error : 'no code')
}

function readTenantId(tenant: string | undefined): TenantId {
  try {
    return parseTenantId(tenant ?? '')
  } catch {
    throw invalid('names no tenant')
  }
}

function invalid(fault: string): MailtrailError {
  const help = 'Paste the whole address the browser ended on, in quotation marks.'
  return new MailtrailError('CONSENT_ANSWER_INVALID', `The address is no answer to a consent link: it ${fault}. ${help}`)
}
