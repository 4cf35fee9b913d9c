import { tenantId } from '../test-world.ts'
import { listingFaults } from './listing-faults.ts'
import { shown, visitForeignHost } from './see-fault.ts'
import { testFaults } from './test-faults.ts'

testFaults(listingFaults, {
  'string-reference-not-set': '400 String reference not set to an instance of a String.',
  'partial-beyond-24-hours': {
    see: async (world) => shown(await world.list('2024-03-10T10:30:00', '2024-03-11T13:00:00')),
    seen: '200 c1',
  },
  'descriptors-reversed': { see: async (world) => shown(await world.list()), seen: '200 c2,c1' },
  'descriptor-twice': { see: async (world) => shown(await world.list()), seen: '200 c1,c2,c1' },
  'content-uri-on-foreign-host': {
    see: async (world) => {
      const [first] = (await world.list()).json<{ contentUri: string }[]>()
      return [first?.contentUri.startsWith(world.simulator.foreignOrigin), await visitForeignHost(world, first?.contentUri)]
    },
    seen: [true, { [tenantId]: 1 }],
  },
  'date-missing': { see: async (world) => (await world.list()).headers.date, seen: undefined },
  'date-behind': { see: async (world) => (await world.list()).headers.date, seen: 'Mon, 11 Mar 2024 11:50:00 GMT' },
  'date-ahead': { see: async (world) => (await world.list()).headers.date, seen: 'Mon, 11 Mar 2024 12:10:00 GMT' },
  'date-hours-ahead': { see: async (world) => (await world.list()).headers.date, seen: 'Mon, 11 Mar 2024 18:00:00 GMT' },
})
