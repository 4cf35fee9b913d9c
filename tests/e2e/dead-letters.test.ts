import { ActivityApiError, type ActivityApiErrorCode } from '@mailtrail/activity-api'
import { dropLetter, findLetters, type LetterPlaces, readCoverage, replayLetter } from '@mailtrail/cli'
import { hourMs, mergeContents, minuteMs, parseTenantId } from '@mailtrail/core'
import { contentHash, readLedger } from '@mailtrail/lake'
import { addTenant, recordHistory } from '@mailtrail/tenants'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { FeedInMemory } from './feed-in-memory.ts'
import { FleetInMemory, roleNames } from './fleet-in-memory.ts'
import { lakeInMemory } from './lake-in-memory.ts'
import { auditRecord, guid, recordTime } from './scenario.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const tenant = 'clinic'
const tenantId = parseTenantId(guid(tenant))
const poison = 'content-7'
const other = 'content-9'

/** A fleet in memory whose feed holds twenty contents in one hour, of which the service refuses some. */
async function poisonedFleet(
  spoolFolder: string,
  refused = new Map<string, ActivityApiErrorCode>([[poison, 'ACTIVITY_API_REQUEST_INVALID']]),
) {
  let now = start
  const contents = Array.from({ length: 20 }, (_, index) => {
    const created = start + hourMs + index * minuteMs
    const records = [auditRecord({ tenant, id: `record-${index}`, time: recordTime(created - minuteMs) })]
    return { id: `content-${index}`, created, listedFrom: created, records }
  })
  const api = new FeedInMemory({ tenantId, contents, now: () => now }).api()
  const poisoned: typeof api = {
    ...api,
    openContent: async (content, options) => {
      const failure = { tenantId, operation: 'open-content', contentId: content.contentId } as const
      const code = refused.get(content.contentId)
      if (code) throw new ActivityApiError(code, failure)
      return api.openContent(content, options)
    },
  }
  const lake = lakeInMemory()
  const clock = { now: () => now, every: () => ({ [Symbol.dispose]: () => {} }) }
  const fleet = new FleetInMemory({ tenantId, lake, api: poisoned, clockOf: () => clock, spoolFolder })
  await addTenant(lake, { tenantId, displayName: tenant, cloud: 'worldwide', credentials: [], tags: [] })
  const added = { kind: 'added', at: start, contentTypes: ['Audit.Exchange'], windowMinutes: 60, backfill: false } as const
  await recordHistory(lake, tenantId, added)
  const places: LetterPlaces = { fleetLake: lake, lakes: { open: async () => lake, [Symbol.asyncDispose]: async () => {} } }
  return {
    lake,
    letters: async () => (await findLetters(places, { state: 'all' })).letters,
    redis: () => fleet.redis,
    now: () => now,
    cure: (id: string = poison) => refused.delete(id),
    runTo: async (end: number) => {
      for (; now < end; now += 5 * minuteMs) await fleet.tick(new Set(roleNames))
    },
    outcomes: async () => {
      const best = mergeContents(await readLedger(lake, tenantId, { from: start, to: start + 4 * hourMs }))
      return Object.fromEntries([...best.values()].map(({ id, outcome }) => [id, outcome]))
    },
    causes: async () => {
      const coverage = await readCoverage(lake, tenantId, { from: start + hourMs, to: start + 2 * hourMs })
      return coverage.map(({ state, cause, recoverable }) => ({ state, cause, recoverable }))
    },
  }
}

const allBut = (outcome: string): object => ({
  ...Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`content-${index}`, 'stored'])),
  [poison]: outcome,
})
/** The window from one to two is closed, listed, and its contents are offered three times by then. */
const buriedBy = start + 3 * hourMs

test('a content that fails every time becomes one dead letter, keeps none of the others, and is closed by a replay', async () => {
  await using folder = await temporaryFolder()
  const fleet = await poisonedFleet(folder.path)
  await fleet.runTo(start + 2 * hourMs + 10 * minuteMs)
  const stored = (await Array.fromAsync(fleet.lake.list('raw/'))).length
  expect([stored, await fleet.letters()]).toEqual([19, []])

  await fleet.runTo(buriedBy)
  const [letter, ...more] = await fleet.letters()
  expect([letter?.state, letter?.letter.last.code, letter?.letter.jobs, more]).toEqual(['open', 'ACTIVITY_API_REQUEST_INVALID', 3, []])
  expect(await fleet.outcomes()).toEqual(allBut('dead'))
  await fleet.runTo(start + 4 * hourMs)
  const gap = { state: 'gap_collector', cause: 'a listed content is in the dead letters', recoverable: true }
  expect(await fleet.causes()).toContainEqual(gap)

  if (!letter) return
  const deps = { ...fleet.redis(), now: fleet.now(), by: 'operator' }
  expect(await replayLetter(letter, deps)).toBe('queued')
  const [replayed = letter] = await fleet.letters()
  expect([replayed.state, await replayLetter(replayed, deps)]).toEqual(['replayed', 'under way'])
  await fleet.runTo(fleet.now() + minuteMs)
  const [failed = letter] = await fleet.letters()
  expect(failed.events.map(({ event }) => event)).toEqual(['replayed', 'failed'])

  fleet.cure()
  expect(await replayLetter(failed, { ...deps, now: fleet.now() })).toBe('queued')
  await fleet.runTo(fleet.now() + minuteMs)
  expect(await fleet.outcomes()).toEqual(allBut('stored'))
  expect(await fleet.causes()).not.toContainEqual(gap)
  const [resolved = letter] = await fleet.letters()
  expect([
    resolved.state,
    await replayLetter(resolved, deps),
    await dropLetter(resolved, { at: fleet.now(), by: 'x', reason: 'y' }),
  ]).toEqual(['resolved', 'resolved', 'resolved'])
})

test('what is in the dead letters is tried again by itself within hours, and so heals with a new release', async () => {
  await using folder = await temporaryFolder()
  const fleet = await poisonedFleet(folder.path)
  await fleet.runTo(buriedBy)
  fleet.cure()
  await fleet.runTo(buriedBy + 7 * hourMs)
  expect(await fleet.outcomes()).toEqual(allBut('stored'))
})

test('a replay is not kept by what else of the window cannot be stored', async () => {
  await using folder = await temporaryFolder()
  const fleet = await poisonedFleet(
    folder.path,
    new Map([
      [poison, 'ACTIVITY_API_REQUEST_INVALID'],
      [other, 'ACTIVITY_API_UNAVAILABLE'],
    ]),
  )
  // What may pass is tried five times before the turn is over, and keeps the dead one's count waiting.
  await fleet.runTo(buriedBy + 2 * hourMs)
  const [letter, ...more] = await fleet.letters()
  if (!letter) throw new Error('There is no letter.')
  expect(more).toEqual([])
  fleet.cure()
  await replayLetter(letter, { ...fleet.redis(), now: fleet.now(), by: 'operator' })
  await fleet.runTo(fleet.now() + 30 * minuteMs)
  expect((await Array.fromAsync(fleet.lake.list('raw/'))).length).toBe(19)
})

test('what was dropped stays a gap for good', async () => {
  await using folder = await temporaryFolder()
  const fleet = await poisonedFleet(folder.path, new Map([poison, other].map((id) => [id, 'ACTIVITY_API_REQUEST_INVALID'])))
  await fleet.runTo(buriedBy)
  const letter = (await fleet.letters()).find(
    ({ letter: { work } }) => work.stage === 'contents' && work.contentHash === contentHash(poison),
  )
  if (!letter) throw new Error('There is no letter.')
  const drop = { at: fleet.now(), by: 'operator', reason: 'the tenant says that it is of no use' }
  expect([await dropLetter(letter, drop), await dropLetter(letter, drop)]).toEqual(['dropped', 'dropped'])
  const dropped = (await fleet.letters()).find(({ state }) => state === 'dropped') ?? letter
  expect(dropped).toMatchObject({ state: 'dropped', events: [{ event: 'dropped', by: 'operator', reason: drop.reason }] })
  expect(await replayLetter(dropped, { ...fleet.redis(), now: fleet.now(), by: 'operator' })).toBe('dropped')

  // The other lies in the same entry, and is fetched once the service lets it.
  for (const id of [poison, other]) fleet.cure(id)
  await fleet.runTo(buriedBy + 7 * hourMs)
  expect(await fleet.outcomes()).toEqual(allBut('dropped'))
  expect(await fleet.causes()).toContainEqual({
    state: 'gap_collector',
    cause: 'a listed content was dropped from the dead letters',
    recoverable: false,
  })
})
