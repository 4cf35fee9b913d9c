import { isOwnFault } from '@mailtrail/core'
import type { Handler, PeekTurnTask, Receipts } from '@mailtrail/queues'
import type { TenantApis, TenantLakes } from '@mailtrail/tenants'
import { type SettleDeps, settleContent } from './settle-content.ts'

export interface PeekTurnDeps extends SettleDeps {
  readonly apis: Pick<TenantApis, 'open'>
  readonly lakes: Pick<TenantLakes, 'open'>
  readonly receipts: Pick<Receipts, 'read' | 'add'>
  /** The operations whose records are kept, by content type. */
  readonly routes: Readonly<Record<string, readonly string[]>>
}

/**
 * Fetches what a peek found and reports what was stored, so that the window's own listing need not fetch it again. What fails is left to
 * that listing: a peek proves nothing and loses nothing.
 */
export function createPeekTurnHandler(deps: PeekTurnDeps): Handler<PeekTurnTask> {
  return async ({ tenantId, contentType, start, end, contents }, { signal, log }) => {
    const span = { contentType, start, end }
    const reported = await deps.receipts.read(
      tenantId,
      span,
      contents.map(({ id }) => id),
    )
    const [lake, api] = [await deps.lakes.open(tenantId, { signal }), await deps.apis.open(tenantId, { signal })]
    let fault: unknown
    for (const content of contents) {
      if (reported.has(content.id)) continue
      const operations = deps.routes[contentType] ?? []
      const work = { tenantId, lake, operations, namedIn: { ...span, entry: 'listed', listing: null }, content, api } as const
      try {
        const receipt = await settleContent(deps, work, { signal, log, lastAttempt: false })
        if (receipt.outcome === 'stored') await deps.receipts.add(tenantId, span, receipt)
      } catch (error) {
        // What refuses one content need not keep the others waiting; what refuses all of them would only be asked again.
        if (!isOwnFault(error)) throw error
        fault ??= error
      }
    }
    if (fault !== undefined) throw fault
  }
}
