import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { eachConcurrently, mapConcurrently } from './each-concurrently.ts'

describe(eachConcurrently, () => {
  test('every item is worked on once, never more than the limit at once', async () => {
    const seen: number[] = []
    let running = 0
    let most = 0
    await eachConcurrently([1, 2, 3, 4, 5, 6, 7], { limit: 3 }, async (item) => {
      most = Math.max(most, ++running)
      await setImmediate()
      seen.push(item)
      running -= 1
    })
    expect(seen.sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(most).toBe(3)
  })

  test('a failure aborts the others, and is thrown after the last of them ended', async () => {
    const ended: number[] = []
    const work = async (item: number, signal: AbortSignal): Promise<void> => {
      if (item === 1) throw new Error('first')
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      ended.push(item)
    }
    await expect(eachConcurrently([2, 3, 1, 4], { limit: 3 }, work)).rejects.toThrow('first')
    expect(ended).toEqual([2, 3])
  })

  test('an abort from outside is a failure', async () => {
    const none = eachConcurrently([1], { limit: 1, signal: AbortSignal.abort(new Error('outside')) }, async () => {})
    await expect(none).rejects.toThrow('outside')
  })
})

describe(mapConcurrently, () => {
  test('results come in the order of the items, whichever is done first', async () => {
    const done: number[] = []
    const results = await mapConcurrently([5, 1, 4, 2, 3], { limit: 2 }, async (item) => {
      for (let turn = 0; turn < item; turn += 1) await setImmediate()
      done.push(item)
      return item * 10
    })
    expect(done[0]).toBe(1)
    expect(results).toEqual([50, 10, 40, 20, 30])
  })
})
