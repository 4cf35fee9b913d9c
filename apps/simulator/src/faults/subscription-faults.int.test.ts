import { expect } from 'vitest'
import type { TestWorld } from '../test-world.ts'
import { seePages, shown } from './see-fault.ts'
import { subscriptionFaults } from './subscription-faults.ts'
import { testFaults } from './test-faults.ts'

testFaults(subscriptionFaults, {
  'auditing-off': '400 StartSubscription [ Microsoft.Office.Compliance.Audit.DataServiceException',
  'af20024-already-enabled': {
    tenant: { initiallySubscribed: false },
    see: async (world) => [shown(await world.start()), (await world.feed('subscriptions/list')).json()],
    seen: ['400 AF20024', [expect.objectContaining({ status: 'enabled' })]],
  },
  'subscription-not-listed': {
    tenant: { initiallySubscribed: false },
    see: async (world) => {
      const lists = [(await world.start()).status, (await world.feed('subscriptions/list')).json()]
      await world.moveClock('2024-03-11T13:00:00Z')
      return [...lists, (await world.feed('subscriptions/list')).json()]
    },
    seen: [200, [], [expect.objectContaining({ status: 'enabled' })]],
  },
  'subscription-without-status': {
    see: async (world) => (await world.feed('subscriptions/list')).json(),
    seen: [{ contentType: 'Audit.Exchange', webhook: null }],
  },
  'af20023-after-restart': {
    see: async (world) => {
      await world.feed('subscriptions/stop?contentType=Audit.Exchange', 'POST')
      await world.moveClock('2024-03-11T12:14:59Z')
      await world.start()
      const first = shown(await world.list())
      await world.moveClock('2024-03-12T00:14:59Z')
      return [first, shown(await world.list())]
    },
    seen: ['400 AF20023', '200 c1,c2'],
  },
  'first-data-late': {
    tenant: { initiallySubscribed: false, contents: [{ contentId: 'new', created: '2024-03-11T12:30:00Z' }] },
    see: async (world) => {
      await world.start()
      await world.moveClock('2024-03-11T23:59:59Z')
      const first = shown(await world.list())
      await world.moveClock('2024-03-12T00:00:00Z')
      return [first, shown(await world.list())]
    },
    seen: ['200 ', '200 new'],
  },
  'subscription-disabled': {
    fault: { from: '2024-03-11T11:45:00Z', to: '2024-03-11T12:30:00Z' },
    see: seeSubscriptionGap,
    seen: ['400 AF20023', 'disabled', '200 c1,c2', '200 c3,c4'],
  },
  'subscription-removed': {
    fault: { from: '2024-03-11T11:45:00Z', to: '2024-03-11T12:30:00Z' },
    see: seeSubscriptionGap,
    seen: ['400 AF20022', undefined, '200 c1,c2', '200 c3,c4'],
  },
})

async function seeSubscriptionGap(running: TestWorld): Promise<unknown[]> {
  const during = [shown(await running.list()), (await running.feed('subscriptions/list')).json<{ status: string }[]>()[0]?.status]
  await running.moveClock('2024-03-11T12:30:00Z')
  return [...during, ...(await seePages(running))]
}
