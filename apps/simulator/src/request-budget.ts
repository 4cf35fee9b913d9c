const minuteMs = 60_000

/** How many calls of a tenant the service takes in a minute of real time. */
export interface RequestBudget {
  /** @returns whether the call is taken; one that is not leaves the budget as it is */
  take(tenantId: string, requestsPerMinute: number): boolean
}

/** @param now - real time, in milliseconds from any moment */
export function createRequestBudget(now: () => number): RequestBudget {
  const takenAt = new Map<string, number[]>()
  return {
    take: (tenantId, requestsPerMinute) => {
      const lately = (takenAt.get(tenantId) ?? []).filter((at) => at > now() - minuteMs)
      const isTaken = lately.length < requestsPerMinute
      takenAt.set(tenantId, isTaken ? [...lately, now()] : lately)
      return isTaken
    },
  }
}
