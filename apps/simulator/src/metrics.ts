const operations = ['discovery', 'token', 'start', 'stop', 'list', 'content', 'fetch', 'siem', 'unknown'] as const
export type Operation = (typeof operations)[number]

/** What a correct client never does. */
interface Misconduct {
  /** Activity API calls without the query parameter that gives the caller a quota of its own. */
  withoutPublisherIdentifier: number
  /** Requests whose `Authorization` header came where this token does not belong: another route, or another tenant's feed. */
  misplacedTokens: number
  /** Calls beyond the tenant's `requestsPerMinute`. */
  callsOverBudget: number
  listingsBeyond24Hours: number
  /** Starts of a content type within 15 minutes of simulated time after the one before. */
  startsWithin15Minutes: number
}

interface MetricsSnapshot extends Readonly<Misconduct> {
  readonly calls: Readonly<Record<Operation, number>>
  readonly callsByTenant: Readonly<Record<string, Partial<Record<Operation, number>>>>
  readonly answersByStatus: Readonly<Record<string, number>>
  /** Tokens and credentials that the foreign host was handed, by tenant. */
  readonly tokensAtForeignHost: Readonly<Record<string, number>>
}

/** Counts of what clients did since the start of the process. */
export interface Metrics {
  countCall(operation: Operation, tenantId?: string): void
  countStatus(status: number): void
  countMisconduct(kind: keyof Misconduct): void
  countTokenAtForeignHost(tenantId: string): void
  snapshot(): MetricsSnapshot
}

export function createMetrics(): Metrics {
  const calls = new Map<Operation, number>(operations.map((operation) => [operation, 0]))
  const byTenant = new Map<string, Map<Operation, number>>()
  const statuses = new Map<number, number>()
  const foreignTokens = new Map<string, number>()
  const misconduct: Misconduct = {
    withoutPublisherIdentifier: 0,
    misplacedTokens: 0,
    callsOverBudget: 0,
    listingsBeyond24Hours: 0,
    startsWithin15Minutes: 0,
  }
  return {
    countCall: (operation, tenantId) => {
      increment(calls, operation)
      if (tenantId === undefined) return
      const tenantCalls = byTenant.get(tenantId) ?? new Map<Operation, number>()
      increment(tenantCalls, operation)
      byTenant.set(tenantId, tenantCalls)
    },
    countStatus: (status) => increment(statuses, status),
    countMisconduct: (kind) => {
      misconduct[kind] += 1
    },
    countTokenAtForeignHost: (tenantId) => increment(foreignTokens, tenantId),
    snapshot: () => ({
      calls: Object.fromEntries(calls) as Record<Operation, number>,
      callsByTenant: Object.fromEntries([...byTenant].map(([tenantId, counts]) => [tenantId, Object.fromEntries(counts)])),
      answersByStatus: Object.fromEntries(statuses),
      ...misconduct,
      tokensAtForeignHost: Object.fromEntries(foreignTokens),
    }),
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
