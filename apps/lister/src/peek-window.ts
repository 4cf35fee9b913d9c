import type { ContentDescriptor } from '@mailtrail/activity-api'
import { listingDelayMs } from '@mailtrail/core'
import { contentsPerTurn, type Handler, type PeekTask, type Receipts, type WorkQueues } from '@mailtrail/queues'
import type { TenantApis } from '@mailtrail/tenants'
import { noteRefusal, type RefusalDeps } from './refusals.ts'

export interface PeekDeps extends RefusalDeps {
  readonly apis: Pick<TenantApis, 'open' | 'noteFailure'>
  readonly queues: Pick<WorkQueues, 'peekTurn'>
  readonly receipts: Pick<Receipts, 'read'>
}

/**
 * Lists what a window holds so far and has it fetched, so that fresh contents need not wait for its listing. It is written nowhere: the window is listed some
 * time after its end, and what is reported by then is not fetched again.
 */
export function createPeekHandler(deps: PeekDeps): Handler<PeekTask> {
  return async ({ tenantId, contentType, start, end }, { signal, log }) => {
    const { apis, subscriptions, queues, receipts, clock } = deps
    const now = clock.now()
    if (now <= start || now >= end + listingDelayMs) return
    let api: Awaited<ReturnType<TenantApis['open']>> | undefined
    try {
      api = await apis.open(tenantId, { signal })
      await subscriptions.ensure(tenantId, contentType, api)
      const found = new Map<string, ContentDescriptor>()
      for await (const { contents } of api.listContent({ contentType, start, end: Math.min(now, end) }, { signal })) {
        for (const content of contents) found.set(content.contentId, content)
      }
      const reported = await receipts.read(tenantId, { contentType, start, end }, [...found.keys()])
      const fresh = [...found.values()].filter(({ contentId }) => !reported.has(contentId)).slice(0, contentsPerTurn)
      log.info({ event: 'window.peeked', start, contents: found.size, fresh: fresh.length })
      if (fresh.length > 0) await queues.peekTurn({ tenantId, contentType, start, end, contents: fresh.map(toContent) })
    } catch (error) {
      throw await noteRefusal(deps, { tenantId, contentType, api }, error)
    }
  }
}

function toContent({ contentId, contentUri, contentCreated, contentExpiration }: ContentDescriptor): {
  id: string
  uri: string
  created: number
  expiration: number
} {
  return { id: contentId, uri: contentUri, created: contentCreated, expiration: contentExpiration }
}
