import { MailtrailError, parseTenantId } from '@mailtrail/core'
import { z } from 'zod'
import type { RowDecision } from './decide-row.ts'
import { parseTenant, type Tenant } from './tenant.ts'

/** A row of the list with what is to be done; `tenantId` is null when the row has none. */
export type PlannedRow = { readonly line: number; readonly tenantId: string | null } & RowDecision

/** What a list of clients comes to, on the registry as it was. */
export interface ImportPlan {
  /** Names the list and the decisions. */
  readonly id: string
  readonly createdAt: string
  /** The place of the lake whose registry it is about. */
  readonly lake: string
  /** Of the list's bytes. */
  readonly sha256: string
  /** Whether what the service still lists from before is collected of tenants that are added. */
  readonly backfill: boolean
  readonly rows: readonly PlannedRow[]
}

const tenant = z
  .looseObject({ tenantId: z.string() })
  .transform((fields): Tenant => parseTenant(parseTenantId(fields.tenantId), { schema: 'retentionDays' in fields ? 2 : 3, ...fields }))
const strings = z.array(z.string())
const row = { line: z.int(), tenantId: z.string().nullable(), reasons: strings }
const schema = z.object({
  schema: z.literal(1),
  id: z.string(),
  createdAt: z.string(),
  lake: z.string(),
  sha256: z.string(),
  backfill: z.boolean(),
  rows: z.array(
    z.discriminatedUnion('action', [
      z.object({ action: z.literal('invalid'), ...row }),
      z.object({ action: z.enum(['add', 'update', 'unchanged']), ...row, before: tenant.nullable(), after: tenant, contentTypes: strings }),
    ]),
  ),
})

export function formatPlan(plan: ImportPlan): string {
  return `${JSON.stringify({ schema: 1, ...plan }, null, 1)}\n`
}

/** @throws {@link MailtrailError} `IMPORT_PLAN_INVALID` */
export function parsePlan(text: string): ImportPlan {
  try {
    const { schema: _, ...plan } = schema.parse(JSON.parse(text))
    return plan
  } catch (cause) {
    throw new MailtrailError(
      'IMPORT_PLAN_INVALID',
      'The file is no plan of this release. Make one with: mailtrail tenant import --dry-run',
      {
        cause,
      },
    )
  }
}
