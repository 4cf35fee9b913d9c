import { z } from 'zod'
import { type CoverageState, coverageStates } from '../coverage/coverage-state.ts'
import { parseTenantId, type TenantId } from '../tenant-id.ts'
import { type Outcome, outcomes } from './ledger-entry.ts'

/** One fold of a tenant and content type, by the SHA-256 of its summary line. */
export interface FoldName {
  /** The UTC day it folds. */
  readonly date: string
  /** 1 is the first of the day. */
  readonly fold: number
  /** Hex. */
  readonly sha256: string
}

/** A span of `contentCreated` time whose windows are not all listed, sealed and stored. ISO times. */
export interface DayGap {
  readonly from: string
  readonly to: string
  readonly cause: 'unlisted' | 'unsealed' | Exclude<Outcome, 'stored'>
}

/** What the entries of one UTC day, tenant and content type say, in few words. */
export interface DaySummary {
  /** Windows that were expected when it was made, and how many of them a complete listing covers, and a seal. */
  readonly windows: { readonly expected: number; readonly listed: number; readonly sealed: number }
  /** How many contents have which best outcome; early folds know no `dropped`. */
  readonly contents: Readonly<Partial<Record<Outcome, number>>>
  readonly recordsSeen: number
  readonly recordsKept: number
  /** The first of them; {@link DaySummary.gapsLeftOut} more are not named. */
  readonly gaps: readonly DayGap[]
  readonly gapsLeftOut: number
  /** ISO time when the first content that may still be fetched expires. */
  readonly nextExpiry: string | null
  /** ISO time at which the last of the entries' spans ends: sweeps reach into the days after it. */
  readonly spansEnd: string
  /** ISO time up to which the service's clock had come in these entries. */
  readonly serviceDate: string | null
}

/** The state of each hour of the day in event time, by the rule of coverage when the fold was made. */
export interface DayCoverage {
  /** The horizon it was judged by. */
  readonly horizonHours: number
  /** From `hour` on the state is this, up to the next. */
  readonly states: readonly { readonly hour: number; readonly state: CoverageState }[]
}

/** The first line of a fold: at most 4 KiB, so that many days are told of without reading their entries. */
export interface FoldSummary extends DaySummary {
  readonly schema: 1
  readonly tenantId: TenantId
  readonly contentType: string
  readonly date: string
  readonly fold: number
  /** How many entries it holds. */
  readonly entries: number
  /** Hex SHA-256 of the bytes behind the summary, as stored. */
  readonly bodySha256: string
  /** Null when it was made too early for any hour to be settled, or where no rule applies. */
  readonly coverage: DayCoverage | null
  /** The folds made before it that no other fold names: its digest vouches for them, and so for all before them. */
  readonly previous: readonly FoldName[]
  /** The earlier folds of its day, whose summaries it holds. */
  readonly replaces: readonly FoldName[]
}

const digest = z.string().regex(/^[0-9a-f]{64}$/)
const date = z.iso.date()
const time = z.iso.datetime()
const count = z.number().int().min(0)
const foldName = z.strictObject({ date, fold: z.number().int().min(1), sha256: digest })

const foldSummary: z.ZodType<FoldSummary> = z.strictObject({
  schema: z.literal(1),
  tenantId: z.string().transform(parseTenantId),
  contentType: z.string(),
  date,
  fold: z.number().int().min(1),
  entries: count,
  bodySha256: digest,
  windows: z.strictObject({ expected: count, listed: count, sealed: count }),
  contents: z.partialRecord(z.enum(outcomes), count),
  recordsSeen: count,
  recordsKept: count,
  gaps: z.array(z.strictObject({ from: time, to: time, cause: z.enum(['unlisted', 'unsealed', ...outcomes]).exclude(['stored']) })),
  gapsLeftOut: count,
  nextExpiry: time.nullable(),
  spansEnd: time,
  serviceDate: time.nullable(),
  coverage: z
    .strictObject({ horizonHours: count, states: z.array(z.strictObject({ hour: count.max(23), state: z.enum(coverageStates) })) })
    .nullable(),
  previous: z.array(foldName),
  replaces: z.array(foldName),
})

/** @throws Error when the line is no summary of a released schema */
export function parseFoldSummary(line: string): FoldSummary {
  return foldSummary.parse(JSON.parse(line))
}
