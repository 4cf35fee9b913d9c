import { operationOf } from './record-digest.ts'
import type { Simulation } from './simulation.ts'
import { listableContents } from './simulation.ts'
import type { Answer, Question, RecordDigest, SimulatedContent, SimulatedTenant, ThrottleAlert } from './world.ts'

export interface Truth {
  readonly tenants: Readonly<Record<string, TenantTruth>>
  readonly question?: Question
  readonly answer?: Answer
  readonly alerts?: readonly ThrottleAlert[]
}

interface TenantTruth {
  /** Distinct MailItemsAccessed records that the service has made listable by now, sorted by id. */
  readonly records: readonly RecordDigest[]
  readonly contents: readonly ContentTruth[]
}

interface ContentTruth {
  readonly contentId: string
  readonly created: string
  readonly listedFrom: string
  readonly expires: string
  readonly records: number
  readonly mailRecords: number
  /** How many records of each operation are in it. */
  readonly operations: Readonly<Record<string, number>>
}

/** What a perfect collector would know now, and, for a story, the answer of its case. */
export function truthOf(simulation: Simulation): Truth {
  const { tenants, story } = simulation.world
  return {
    tenants: Object.fromEntries(tenants.map((tenant) => [tenant.tenantId, tenantTruth(simulation, tenant)])),
    ...(story && {
      question: story.question,
      answer: story.answer,
      alerts: story.alerts,
    }),
  }
}

function tenantTruth(simulation: Simulation, tenant: SimulatedTenant): TenantTruth {
  const contents = listableContents(simulation, tenant)
  const digests = new Map(contents.flatMap(({ mailRecords }) => mailRecords.map((record) => [`${record.id} ${record.sha256}`, record])))
  return {
    records: [...digests].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record),
    contents: contents.map(contentTruth),
  }
}

function contentTruth({ contentId, created, listedFrom, expires, recordCount, mailRecords, records }: SimulatedContent): ContentTruth {
  const iso = (time: number): string => new Date(time).toISOString()
  return {
    contentId,
    created: iso(created),
    listedFrom: iso(listedFrom),
    expires: iso(expires),
    records: recordCount,
    mailRecords: mailRecords.length,
    operations: countByOperation(records()),
  }
}

function countByOperation(records: readonly object[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(records, operationOf)].map(([operation, alike]) => [operation, alike.length]))
}
