import { expect } from 'vitest'
import { tenantId } from '../test-world.ts'
import { contentFaults } from './content-faults.ts'
import { seePages, shown } from './see-fault.ts'
import { testFaults } from './test-faults.ts'

testFaults(contentFaults, {
  'listed-late': {
    fault: { times: 1 },
    see: async (world) => {
      const first = shown(await world.list())
      await world.moveClock('2024-03-11T13:00:00Z')
      return [first, await seePages(world)]
    },
    seen: ['200 c2,c3', ['200 c2,c3', '200 c4,c5', '200 c1']],
  },
  'records-again': {
    fault: { contentId: 'c1' },
    see: async (world) => [(await seePages(world))[1], (await world.fetch('c1-again')).text],
    seen: ['200 c1-again,c3', `[{"OrganizationId":"${tenantId}","Operation":"MailItemsAccessed","Id":"r1"}]`],
  },
  'content-empty': {
    fault: { contentId: 'c1' },
    see: async (world) => [shown(await world.list()), (await world.fetch('c1-empty')).text],
    seen: ['200 c1,c1-empty', '[]'],
  },
  'record-of-another-tenant': {
    see: async (world) => (await world.fetch('c1')).json<{ OrganizationId: string }[]>().map(({ OrganizationId: id }) => id === tenantId),
    seen: [false, true],
  },
  'body-bom': { see: async (world) => (await world.fetch('c1')).text.startsWith('\uFEFF[{'), seen: true },
  'body-pretty-printed': { see: async (world) => (await world.fetch('c1')).text.startsWith('[\n  {\n    "Id"'), seen: true },
  'body-crlf': { see: async (world) => (await world.fetch('c1')).text.startsWith('[\r\n  {\r\n    "Id"'), seen: true },
  'body-big': { fault: { megabytes: 2 }, see: async (world) => (await world.fetch('c1')).text.length > 2_097_152, seen: true },
  'listed-expired': {
    see: async (world) => [shown(await world.list()), shown(await world.fetch('c1'))],
    seen: ['200 c1,c2', '400 AF20051'],
  },
  'expires-soon': { see: async (world) => [shown(await world.fetch('c3')), (await world.fetch('c4')).status], seen: ['400 AF20051', 200] },
  'expires-in-20-days': {
    see: async (world) => {
      await world.moveClock('2024-03-31T09:59:59Z')
      return (await world.fetch('c1')).status
    },
    seen: 200,
  },
  'content-id-odd': {
    see: async (world) => {
      const [first] = (await world.list()).json<{ contentUri: string; contentId: string }[]>()
      return [first?.contentId, (await world.feed(first?.contentUri ?? '')).json()]
    },
    seen: [`c1$../a b+%2F"'é\\:*?`, [expect.objectContaining({ Id: 'r1' })]],
  },
})
