import { type TestWorld, tenantId } from '../test-world.ts'
import { pagingFaults } from './paging-faults.ts'
import { seePages, visitForeignHost } from './see-fault.ts'
import { testFaults } from './test-faults.ts'

testFaults(pagingFaults, {
  'page-expired': { see: seePages, seen: ['200 c1,c2', '400 AF20031'] },
  'page-fails-midway': { see: seePages, seen: ['200 c1,c2', '500 AF50000'] },
  'page-empty': { see: seePages, seen: ['200 ', '200 c1,c2', '200 c3,c4', '200 c5'] },
  'page-repeats': { see: seePages, seen: ['200 c1,c2', '200 c1,c2,c3,c4', '200 c3,c4,c5'] },
  'descriptor-on-two-pages': { see: seePages, seen: ['200 c1,c2', '200 c2,c3,c4', '200 c4,c5'] },
  'page-circle': { see: seePages, seen: ['200 c1,c2', '200 c3,c4', '200 c5', '200 c1,c2', '200 c3,c4', '200 c5'] },
  'page-on-foreign-host': {
    see: async (world) => {
      const next = String((await world.list()).headers.nextpageuri)
      return [next.startsWith(world.simulator.foreignOrigin), await visitForeignHost(world, next)]
    },
    seen: [true, { [tenantId]: 1 }],
  },
  'next-page-url-header': { see: seeNextPageHeader, seen: ['NextPageUrl'] },
  'next-page-odd-case': { see: seeNextPageHeader, seen: ['nEXTpAGEuRI'] },
})

async function seeNextPageHeader(running: TestWorld): Promise<string[]> {
  return (await running.list()).headerNames.filter((name) => name.toLowerCase().startsWith('nextpage'))
}
