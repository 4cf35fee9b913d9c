import { MailtrailError, type TenantId } from '@mailtrail/core'
import type { RequestBudgets } from '@mailtrail/queues'
import type { TenantApis } from '@mailtrail/tenants'

/** More than a bench asks for, so that budgets are asked and never spent. */
const requestsPerMinute = 10_000_000

/** A record that is not kept, as most are not: the lake would only add noise. */
const body = Buffer.from(`[${JSON.stringify({ Id: '00000000-0000-4000-8000-000000000000', Operation: 'Send', Workload: 'Exchange' })}]`)

type Apis = Pick<TenantApis, 'open' | 'noteFailure'>
type Api = Awaited<ReturnType<Apis['open']>>

/** Microsoft's service without a network: each content takes a request of its tenant's budget and is one small record. */
export function createFeedStandIn(budgets: RequestBudgets): Apis {
  const apis = new Map<TenantId, Api>()
  const open = (tenantId: TenantId): Api => {
    const budget = budgets.of(tenantId, requestsPerMinute)
    return {
      openContent: async (_, options) => {
        await budget.take(options)
        return { serviceDate: undefined, body: oneChunk() }
      },
      listContent: unexpected,
      listSubscriptions: unexpected,
      startSubscription: unexpected,
      stopSubscription: unexpected,
      describeAccess: unexpected,
      serviceNow: () => undefined,
      [Symbol.asyncDispose]: async () => {},
    }
  }
  return {
    open: async (tenantId) => {
      const api = apis.get(tenantId) ?? open(tenantId)
      apis.set(tenantId, api)
      return api
    },
    noteFailure: () => {},
  }
}

async function* oneChunk(): AsyncGenerator<Uint8Array> {
  yield body
}

function unexpected(): never {
  throw new MailtrailError('BENCH_FAILED', 'The feed of a bench was asked for more than contents.')
}
