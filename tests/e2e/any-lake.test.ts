import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { compareAlerts, compareLake, readCoverage } from '@mailtrail/cli'
import { defaultHorizonMs, hourMs, minuteMs, parseTenantId } from '@mailtrail/core'
import { type EvidenceReport, type ObjectStore, rawPrefix, readLedger, verifyEvidence } from '@mailtrail/lake'
import { readHistory } from '@mailtrail/tenants'
import { afterAll, describe, expect, test } from 'vitest'
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts'
import { feedStart, heavyFeed } from './heavy-feed.ts'
import { type LakeKind, lakeKinds } from './lake-kinds.ts'
import { MortalFetcher } from './mortal-fetcher.ts'
import { guid } from './scenario.ts'

const tenants = ['clinic', 'practice']

/** After the hours of `losses` Redis loses everything, and the other roles are started anew. */
const { feedHours, kills, losses } = process.env.MAILTRAIL_TEST_LAKES
  ? { feedHours: 10, kills: 20, losses: [2, 5, 8] }
  : { feedHours: 4, kills: 4, losses: [1, 3] }

describe('a fleet whose fetcher is killed, whose Redis loses everything, and whose store fails one request in twenty', () => {
  const rawOf = new Map<LakeKind, ReadonlyMap<string, string>>()

  test.each(lakeKinds)('leaves a lake that equals the truth, on %s', async (kind) => {
    await using place = await kind.open()
    await using fleet = await startFleetUnderTest(heavyFeed(feedHours), { settings: place.settings })
    await using fetcher = new MortalFetcher(fleet)
    await fetcher.start()
    const collected = collect(fleet)
    await fetcher.killRepeatedly(kills, collected)
    await collected

    expect(fetcher.deaths).toBe(kills)
    expect(fetcher.deathsAtWork).toBeGreaterThan(kills / 4)
    expect(place.failedRequests()).toBeGreaterThanOrEqual(kind.fails ? 20 : 0)
    expect(await compareLake(fleet.lake, await fleet.truth())).toEqual([])
    for (const tenant of tenants) await expectWholeLedger(fleet, tenant)
    for (const tenant of tenants) await expectWholeEvidence(fleet, tenant)
    const alerts = tenants.map((name) => ({ type: 'mailbox.throttled', tenantId: guid(name), mailboxGuid: guid(`${name}/mailbox`) }))
    expect(compareAlerts(await fleet.siem(), alerts)).toEqual([])
    rawOf.set(kind, await digests(fleet.lake))
  })

  afterAll(() => {
    const [first, ...others] = rawOf.values()
    for (const other of others) expect(other).toEqual(first)
  })
})

async function collect(fleet: FleetUnderTest): Promise<void> {
  for (const hours of losses) {
    await using _running = await fleet.startRoles(['lister', 'notifier', 'compactor', 'scheduler'])
    const until = feedStart + hours * hourMs
    await fleet.runTo(until - 20 * minuteMs, 20 * minuteMs)
    // Work is queued and under way now; it is not waited for.
    await fleet.simulator.advanceTo(until)
    await fleet.clock.advanceTo(until)
    await fleet.redis.restart({ wipe: true })
    await fleet.runTo(until + 20 * minuteMs)
  }
  await using _running = await fleet.startRoles(['lister', 'notifier', 'compactor', 'scheduler'])
  await fleet.runTo(feedStart + (feedHours + 1) * hourMs + 5 * minuteMs, 20 * minuteMs)
}

async function expectWholeLedger({ lake }: FleetUnderTest, tenant: string): Promise<void> {
  const tenantId = parseTenantId(guid(tenant))
  const range = { from: feedStart, to: feedStart + feedHours * hourMs }
  const seals = (await readLedger(lake, tenantId, range)).filter(({ entry }) => entry === 'seal')
  expect(seals).toHaveLength(feedHours * 6)
  expect((await readCoverage(lake, tenantId, range)).map(({ state }) => state)).toEqual(['unverified', 'provisional'])
}

/** Nothing is found, and a removed object is. */
async function expectWholeEvidence({ lake }: FleetUnderTest, tenant: string): Promise<void> {
  const tenantId = parseTenantId(guid(tenant))
  const options = { tenantId, history: await readHistory(lake, tenantId), operations: ['MailItemsAccessed'], horizonMs: defaultHorizonMs }
  const verify = (): Promise<EvidenceReport> => verifyEvidence(lake, { ...options, heads: [], folder: tmpdir() })
  const { findings, objects } = await verify()
  expect(findings).toEqual([])
  expect(objects).toBeGreaterThan(0)
  for await (const key of lake.list(rawPrefix('MailItemsAccessed', tenantId))) {
    const bytes = (await lake.read(key)) ?? new Uint8Array()
    await lake.remove(key)
    expect((await verify()).findings).toMatchObject([{ what: 'missing', key }])
    await lake.create(key, bytes)
    return
  }
}

async function digests(lake: ObjectStore): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for await (const key of lake.list('raw/')) {
    found.set(
      key,
      createHash('sha256')
        .update((await lake.read(key)) ?? '')
        .digest('hex'),
    )
  }
  return found
}
