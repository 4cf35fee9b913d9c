import { minuteMs, parseTenantId } from '@mailtrail/core'
import { createFolderStore, type ObjectStore } from '@mailtrail/lake'
import type { WorkQueues } from '@mailtrail/queues'
import { createLogger, SimulatedClock } from '@mailtrail/runtime'
import { addTenant, recordHistory } from '@mailtrail/tenants'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { FleetSchedule } from './fleet-schedule.ts'
import { RetentionRounds } from './retention-rounds.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const tenants = ['1', '2'].map((digit) => parseTenantId(`${digit}1111111-2222-4333-8444-555555555555`))

test.each([
  { title: 'that leads queues what is due for each, and notes it', failing: [], leads: () => true, queued: [...tenants], notes: 3 },
  { title: 'that stands by queues and notes nothing', failing: [], leads: () => false, queued: [], notes: 0 },
  {
    title: 'that loses its lease in the middle of its round queues no more',
    failing: [],
    leads: leadsFor(2),
    queued: [tenants[0]],
    notes: 1,
  },
  { title: 'passes over a tenant whose lake fails', failing: [tenants[0]], leads: () => true, queued: [tenants[1]], notes: 1 },
  { title: 'for which nothing succeeds does not say that it schedules', failing: tenants, leads: () => true, queued: [], notes: 0 },
])('a scheduler $title', async ({ failing, leads, queued, notes }) => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  for (const tenantId of tenants) {
    await addTenant(lake, { tenantId, displayName: 'Clinic', cloud: 'worldwide', credentials: [], tags: [] })
    await recordHistory(lake, tenantId, { kind: 'added', at: start, contentTypes: ['Audit.Exchange'], windowMinutes: 10, backfill: false })
  }
  const { fleet, seen } = fleetOver(lake, { failing, leads })
  await fleet.tick({})
  expect(new Set(seen.queued)).toEqual(new Set(queued))
  expect(seen.notes).toBe(notes)
})

/** Leads for so many questions. */
function leadsFor(questions: number): () => boolean {
  let asked = 0
  return () => {
    asked += 1
    return asked <= questions
  }
}

function fleetOver(
  lake: ObjectStore,
  { failing, leads }: { readonly failing: readonly (string | undefined)[]; readonly leads: () => boolean },
) {
  const seen = { queued: [] as string[], notes: 0 }
  const queues = {
    list: async ({ tenantId }) => void seen.queued.push(tenantId),
    peek: async () => {},
  } as Partial<WorkQueues> as WorkQueues
  const noteProgress = async (): Promise<void> => {
    seen.notes += 1
  }
  const open = async (tenantId: string): Promise<ObjectStore> => {
    if (failing.includes(tenantId)) throw new Error('no lake')
    return lake
  }
  const fleet = new FleetSchedule({
    fleetLake: lake,
    lakes: { open },
    queues,
    turns: { offer: async () => {}, release: async () => {} },
    brakes: { read: async () => undefined },
    rounds: new RetentionRounds({ fleetLake: lake, queues: { retain: async () => {} }, retention: {} }),
    notes: { queuedSince: async () => start, noteProgress },
    destinations: [],
    horizonMs: 0,
    clock: new SimulatedClock(start + 15 * minuteMs),
    log: createLogger('silent'),
    mayQueue: async () => leads(),
  })
  return { fleet, seen }
}
