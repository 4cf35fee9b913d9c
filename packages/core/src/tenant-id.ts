import { MailtrailError } from './errors.ts'

/** The lower-case GUID of one client's Microsoft 365 tenant. Paths, keys and queries take this type, never a plain string. */
export type TenantId = string & { readonly __brand: 'TenantId' }

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** @throws {@link MailtrailError} `TENANT_ID_INVALID` */
export function parseTenantId(text: string): TenantId {
  const id = text.trim().toLowerCase()
  if (!guid.test(id)) {
    throw new MailtrailError(
      'TENANT_ID_INVALID',
      `"${text.slice(0, 60)}" is not a tenant id: a GUID such as 11111111-2222-4333-8444-555555555555 is needed.`,
    )
  }
  return id as TenantId
}
