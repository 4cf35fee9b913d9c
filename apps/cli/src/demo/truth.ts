import { z } from 'zod'

/** What the simulator says happened; times are ISO 8601. It shares no code with the fleet. */
export interface Truth {
  readonly tenants: Readonly<Record<string, { readonly records: readonly { readonly id: string; readonly sha256: string }[] }>>
}

/** The truth of a scenario that asks a question. */
export interface CaseTruth extends Truth {
  readonly question: TrueQuestion
  readonly answer: TrueAnswer
  readonly alerts: readonly TrueAlert[]
}

export interface TrueQuestion {
  readonly tenantId: string
  readonly from: string
  readonly to: string
  readonly ips: readonly string[]
}

export interface TrueAnswer {
  readonly lower: number
  readonly upper: number
  readonly mailboxes: readonly TrueMailbox[]
}

export interface TrueMailbox {
  readonly mailbox: string
  readonly mailboxGuid: string
  readonly itemised: readonly {
    readonly internetMessageId: string
    readonly subject: string | null
    readonly sender: string | null
    readonly recipients: readonly string[]
    readonly time: string
  }[]
  readonly unnamedAccesses: number
  readonly syncedFolders: readonly { readonly folder: string; readonly times: readonly string[] }[]
  readonly presumed: readonly string[]
  readonly throttled: readonly { readonly from: string; readonly to: string }[]
  readonly possible: readonly string[]
  readonly undetermined: readonly string[]
}

export interface TrueAlert {
  readonly type: string
  readonly tenantId: string
  readonly mailboxGuid: string
}

const ids = z.array(z.string())

const mailbox = z.object({
  mailbox: z.string(),
  mailboxGuid: z.string(),
  itemised: z.array(
    z.object({
      internetMessageId: z.string(),
      subject: z.string().nullable(),
      sender: z.string().nullable(),
      recipients: ids,
      time: z.string(),
    }),
  ),
  unnamedAccesses: z.number(),
  syncedFolders: z.array(z.object({ folder: z.string(), times: ids })),
  presumed: ids,
  throttled: z.array(z.object({ from: z.string(), to: z.string() })),
  possible: ids,
  undetermined: ids,
})

const tenants = z.record(z.string(), z.object({ records: z.array(z.object({ id: z.string(), sha256: z.string() })) }))

export const truthSchema: z.ZodType<Truth> = z.object({ tenants })

export const caseTruthSchema: z.ZodType<CaseTruth> = z.object({
  tenants,
  question: z.object({ tenantId: z.string(), from: z.string(), to: z.string(), ips: ids }),
  answer: z.object({ lower: z.number(), upper: z.number(), mailboxes: z.array(mailbox) }),
  alerts: z.array(z.object({ type: z.string(), tenantId: z.string(), mailboxGuid: z.string() })),
})

/** What the simulated SIEM took. */
export interface Siem {
  readonly deliveries: readonly { readonly id: string; readonly signatureValid: boolean; readonly body?: unknown }[]
}

export const siemSchema: z.ZodType<Siem> = z.object({
  deliveries: z.array(z.object({ id: z.string(), signatureValid: z.boolean(), body: z.unknown() })),
})
