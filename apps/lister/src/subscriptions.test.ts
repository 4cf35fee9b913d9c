import type { ActivityApi } from '@mailtrail/activity-api'
import { minuteMs, parseTenantId } from '@mailtrail/core'
import { createFolderStore } from '@mailtrail/lake'
import type { Clock } from '@mailtrail/runtime'
import { readHistory } from '@mailtrail/tenants'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { createSubscriptions, type Subscriptions } from './subscriptions.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const contentType = 'Audit.Exchange'

/** A service whose subscription is enabled once it was started `startsNeeded` times; tells when it was started. */
async function openPlace({ startsNeeded = 1, isDated = true } = {}) {
  const folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const started: number[] = []
  let now = start
  const api = {
    listSubscriptions: async () => {
      const isEnabled = started.length >= startsNeeded
      return { serviceDate: isDated ? new Date(now) : undefined, subscriptions: isEnabled ? [{ contentType, status: 'enabled' }] : [] }
    },
    startSubscription: async () => void started.push((now - start) / minuteMs),
    serviceNow: () => now,
  } as unknown as ActivityApi
  const clockAt = (offsetMs: number): Clock => ({ now: () => now + offsetMs, every: () => ({ [Symbol.dispose]: () => {} }) })
  return {
    started,
    /** The subscriptions of a worker of its own, whose clock is off by so much. */
    worker: (offsetMs = 0): Subscriptions => createSubscriptions(lake, { open: async () => lake }, clockAt(offsetMs)),
    ensure: (subscriptions: Subscriptions) =>
      subscriptions.ensure(tenantId, contentType, api).then(
        () => 'on',
        (error) => error.code,
      ),
    lost: (subscriptions: Subscriptions) => subscriptions.lost(tenantId, contentType, api, 'disabled'),
    passTo: (minutes: number) => {
      now = start + minutes * minuteMs
    },
    history: async () => (await readHistory(lake, tenantId)).map(({ kind }) => kind),
    times: async () => (await readHistory(lake, tenantId)).map(({ at }) => at),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

describe('a subscription', () => {
  test('that is on already is not started', async () => {
    await using place = await openPlace({ startsNeeded: 0 })
    expect(await place.ensure(place.worker())).toBe('on')
    expect(place.started).toEqual([])
    expect(await place.history()).toEqual(['subscription-verified'])
  })

  test("is vouched for from the service's time of the check on, though the answer names none and our clock is behind", async () => {
    await using place = await openPlace({ startsNeeded: 0, isDated: false })
    expect(await place.ensure(place.worker(-600 * minuteMs))).toBe('on')
    expect(await place.times()).toEqual([start])
  })

  test('is started once and believed only when the list shows it', async () => {
    await using place = await openPlace({ startsNeeded: 2 })
    const worker = place.worker()
    expect(await place.ensure(worker)).toBe('SUBSCRIPTION_OFF')
    for (const minutes of [1, 5, 14, 15, 29]) {
      place.passTo(minutes)
      expect(await place.ensure(worker)).toBe('SUBSCRIPTION_OFF')
    }
    expect(place.started).toEqual([0])
    place.passTo(30)
    expect(await place.ensure(worker)).toBe('on')
    expect(place.started).toEqual([0, 30])
  })

  test('that was started at the end of a quarter of an hour is left alone for the next', async () => {
    await using place = await openPlace({ startsNeeded: 2 })
    for (const minutes of [14, 16, 29]) {
      place.passTo(minutes)
      await place.ensure(place.worker())
    }
    expect(place.started).toEqual([14])
  })

  test.each([
    { title: 'at the very same time', offsets: [0, 0, 0] },
    { title: 'within a second', offsets: [0, 200, 900] },
  ])('is started once by workers that try $title', async ({ offsets }) => {
    await using place = await openPlace({ startsNeeded: 5 })
    await Promise.all(offsets.map((offset) => place.ensure(place.worker(offset))))
    expect(place.started).toHaveLength(1)
  })

  test('that is refused is lost once however many listings are refused, and verified anew', async () => {
    await using place = await openPlace({ startsNeeded: 0 })
    const worker = place.worker()
    await place.ensure(worker)
    place.passTo(30)
    await place.lost(worker)
    await place.lost(place.worker())
    expect(await place.ensure(worker)).toBe('on')
    expect(await place.history()).toEqual(['subscription-verified', 'subscription-lost', 'subscription-verified'])
  })
})
