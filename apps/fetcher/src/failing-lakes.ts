import { MailtrailError, type TenantId } from '@mailtrail/core'

/** What a lake fails with, as a whole. */
const failures: ReadonlySet<string> = new Set([
  'LAKE_UNAVAILABLE',
  'LAKE_ACCESS_DENIED',
  'LAKE_BUCKET_MISSING',
  'LAKE_REQUEST_REFUSED',
  'LAKE_UNFIT',
])
const setAsideMs = 30_000

/**
 * Lakes that failed when they were last used by this process. A request to one may hang for half a minute, so that of such a tenant one turn at a time tries it,
 * and the others are set aside: they would hold the places of tenants whose lakes work.
 */
export class FailingLakes {
  readonly #failing = new Set<TenantId>()
  readonly #running = new Map<TenantId, number>()

  /** @throws {@link MailtrailError} `LAKE_BEING_TRIED` while another turn tries the lake */
  async during(tenantId: TenantId, turn: () => Promise<void>): Promise<void> {
    const running = this.#running.get(tenantId) ?? 0
    if (running > 0 && this.#failing.has(tenantId)) throw triedByAnother(tenantId)
    this.#running.set(tenantId, running + 1)
    try {
      await turn()
      this.#failing.delete(tenantId)
    } catch (error) {
      if (error instanceof MailtrailError && failures.has(error.code)) this.#failing.add(tenantId)
      throw error
    } finally {
      this.#leave(tenantId)
    }
  }

  #leave(tenantId: TenantId): void {
    const left = (this.#running.get(tenantId) ?? 1) - 1
    if (left > 0) this.#running.set(tenantId, left)
    else this.#running.delete(tenantId)
  }
}

function triedByAnother(tenantId: TenantId): MailtrailError {
  return new MailtrailError('LAKE_BEING_TRIED', `The lake of tenant ${tenantId} did not work a moment ago; another turn tries it.`, {
    retry: { again: true, afterMs: setAsideMs },
  })
}
