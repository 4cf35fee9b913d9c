import { describe, expect, test, vi } from 'vitest'
import { openPlace, type Place, until } from '../test/place.ts'
import { startLeaderLease } from './leader-lease.ts'

const key = 'mailtrail:leader:scheduler'

describe('of several processes', () => {
  test('one leads, and the next at once when it ends', async () => {
    await using place = await openPlace()
    const first = await takeLease(place)
    await using second = await takeLease(place)
    await using third = await takeLease(place)
    expect([first, second, third].map(({ lease }) => lease.isHeld())).toEqual([true, false, false])
    const held = await place.redis.get(key)
    await first[Symbol.asyncDispose]()
    expect(first.lease.isHeld()).toBe(false)
    expect(await place.redis.get(key)).not.toBe(held)
    await until(() => expect([second, third].filter(({ lease }) => lease.isHeld())).toHaveLength(1))
    expect([...second.events, ...third.events]).toEqual(['taken'])
  })

  test('one takes over when another does not renew its lease, which then knows that it is lost', async () => {
    await using place = await openPlace()
    await using first = await takeLease(place)
    await using second = await takeLease(place)
    // As it is when it has expired: the first was paused, or cut off.
    await place.redis.set(key, 'a third')
    await until(() => expect(first.events).toEqual(['lost']))
    expect(first.lease.isHeld()).toBe(false)
    await place.redis.del(key)
    await until(() => expect([first, second].filter(({ lease }) => lease.isHeld())).toHaveLength(1))
  })

  test('the one that leads goes on leading when Redis comes back empty', async () => {
    await using place = await openPlace()
    await using first = await takeLease(place)
    await place.server.restart({ wipe: true })
    await until(async () => expect(await place.redis.get(key)).not.toBeNull())
    expect([first.lease.isHeld(), first.events]).toEqual([true, []])
  })

  test('none leads on what Redis confirmed too long ago', async () => {
    await using place = await openPlace()
    await using first = await takeLease(place)
    await place.server.kill()
    const confirmed = performance.now()
    const later = vi.spyOn(performance, 'now').mockReturnValue(confirmed + 10_000)
    expect(first.lease.isHeld()).toBe(false)
    await place.server.restart()
    await first.lease.renew()
    expect(first.lease.isHeld()).toBe(true)
    later.mockRestore()
  })

  test('one that ends while Redis is away is not kept by it', async () => {
    await using place = await openPlace()
    const first = await takeLease(place)
    await place.server.kill()
    await first[Symbol.asyncDispose]()
    await place.server.restart()
  })
})

async function takeLease({ redis }: Place) {
  const events: string[] = []
  const lease = await startLeaderLease(redis, {
    name: 'scheduler',
    onTaken: () => void events.push('taken'),
    onLost: () => void events.push('lost'),
  })
  return { lease, events, [Symbol.asyncDispose]: () => lease[Symbol.asyncDispose]() }
}
