const operations = ['discovery', 'token', 'start', 'stop', 'list', 'content', 'fetch', 'siem', 'unknown'] as const
export type Operation = (typeof operations)[number]

interface MetricsSnapshot {
  readonly calls: Readonly<Record<Operation, number>>
  readonly callsByTenant: Readonly<Record<string, Partial<Record<Operation, number>>>>
  readonly answersByStatus: Readonly<Record<string, number>>
  /** Activity API calls without the query parameter that gives the caller a quota of its own. */
  readonly withoutPublisherIdentifier: number
  /** Requests whose `Authorization` header came where this token does not belong: another route, or another tenant's feed. */
  readonly misplacedTokens: number
}

/** Counts of what clients did since the start of the process. */
export interface Metrics {
  countCall(operation: Operation, tenantId?: string): void
  countStatus(status: number): void
  countMissingPublisherIdentifier(): void
  countMisplacedToken(): void
  snapshot(): MetricsSnapshot
}

export function createMetrics(): Metrics {
  const calls = new Map<Operation, number>(operations.map((operation) => [operation, 0]))
  const byTenant = new Map<string, Map<Operation, number>>()
  const statuses = new Map<number, number>()
  let withoutPublisherIdentifier = 0
  let misplacedTokens = 0
  return {
    countCall: (operation, tenantId) => {
      increment(calls, operation)
      if (tenantId === undefined) return
      const tenantCalls = byTenant.get(tenantId) ?? new Map<Operation, number>()
      increment(tenantCalls, operation)
      byTenant.set(tenantId, tenantCalls)
    },
    countStatus: (status) => increment(statuses, status),
    countMissingPublisherIdentifier: () => {
      withoutPublisherIdentifier++
    },
    countMisplacedToken: () => {
      misplacedTokens++
    },
    snapshot: () => ({
      calls: Object.fromEntries(calls) as Record<Operation, number>,
      callsByTenant: Object.fromEntries([...byTenant].map(([tenantId, counts]) => [tenantId, Object.fromEntries(counts)])),
      answersByStatus: Object.fromEntries(statuses),
      withoutPublisherIdentifier,
      misplacedTokens,
    }),
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
