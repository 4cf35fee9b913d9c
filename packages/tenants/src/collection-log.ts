import {
  type Abortable,
  type CollectionEvent,
  type CollectionState,
  collectionStateAt,
  isCollectionEvent,
  type TenantId,
} from '@mailtrail/core'
import type { ObjectStore } from '@mailtrail/lake'
import { readHistory, recordHistory } from './history.ts'

/** What of a tenant is collected, by windows of what length. */
export interface CollectionSettings {
  readonly contentTypes: readonly string[]
  readonly windowMinutes: number
}

/** An event that is not dated yet. */
type Decision = CollectionEvent extends infer Event ? (Event extends CollectionEvent ? Omit<Event, 'at'> : never) : never

/** What was decided about the collection of a tenant, and the means to decide more. */
export interface CollectionLog {
  readonly state: CollectionState
  /** What is collected, or was when it ended; undefined if nothing ever was. */
  readonly settings: CollectionSettings | undefined
  /** Dates the decision `now`, and never before the last one: of two operators with different clocks, who decides last is right. */
  record(decision: Decision, now: number): Promise<void>
}

export async function openCollectionLog(lake: ObjectStore, tenantId: TenantId, options?: Abortable): Promise<CollectionLog> {
  const events = (await readHistory(lake, tenantId, options)).filter(isCollectionEvent)
  const setting = events.findLast((event) => 'windowMinutes' in event)
  const last = events.at(-1)?.at ?? Number.NEGATIVE_INFINITY
  return {
    state: collectionStateAt(events, Number.POSITIVE_INFINITY),
    settings: setting && { contentTypes: setting.contentTypes, windowMinutes: setting.windowMinutes },
    record: async (decision, now) => {
      await recordHistory(lake, tenantId, { ...decision, at: Math.max(now, last + 1) }, options)
    },
  }
}
