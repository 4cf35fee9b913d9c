import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SimulatedClock, systemClock } from './clock.ts'

describe(SimulatedClock, () => {
  test('stands still until it is moved, and never goes back', async () => {
    const clock = new SimulatedClock(1_000)
    expect(clock.now()).toBe(1_000)
    await clock.advanceTo(2_000)
    await clock.advanceTo(1_500)
    expect(clock.now()).toBe(2_000)
  })

  test.each([
    { title: 'not before its period is over', times: [1_009], runs: 0 },
    { title: 'when its period is over', times: [1_010], runs: 1 },
    { title: 'once, however many periods went by', times: [1_100], runs: 1 },
    { title: 'not sooner than a period after it ran, whenever it was due', times: [1_015, 1_020, 1_024], runs: 1 },
    { title: 'again a period after it ran', times: [1_015, 1_020, 1_025], runs: 2 },
    { title: 'in every period', times: [1_010, 1_020, 1_030], runs: 3 },
    { title: 'not again when time stands still', times: [1_010, 1_010], runs: 1 },
  ])('runs a task $title', async ({ times, runs }) => {
    const clock = new SimulatedClock(1_000)
    const task = vi.fn(async () => {})
    clock.every(10, task)
    for (const time of times) await clock.advanceTo(time)
    expect(task).toHaveBeenCalledTimes(runs)
  })

  test('has moved by the time a task runs, and waits for it to end', async () => {
    const clock = new SimulatedClock(0)
    const seen: string[] = []
    clock.every(10, async () => {
      seen.push(`begins at ${clock.now()}`)
      await Promise.resolve()
      seen.push('ends')
    })
    await clock.advanceTo(25)
    seen.push('advanced')
    expect(seen).toEqual(['begins at 25', 'ends', 'advanced'])
  })

  test('runs no task any more that was disposed, even by another that is due with it', async () => {
    const clock = new SimulatedClock(0)
    const second = vi.fn(async () => {})
    clock.every(10, async () => running[Symbol.dispose]())
    const running = clock.every(10, second)
    await clock.advanceTo(10)
    expect(second).not.toHaveBeenCalled()
  })

  test('runs a task once at a time, however often it is moved meanwhile', async () => {
    const clock = new SimulatedClock(0)
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>()
    const task = vi.fn(() => finished)
    clock.every(10, task)
    const first = clock.advanceTo(10)
    await clock.advanceTo(20)
    expect(task).toHaveBeenCalledTimes(1)
    finish()
    await first
    await clock.advanceTo(20)
    expect(task).toHaveBeenCalledTimes(2)
  })
})

describe('the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 5_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('tells the time of day', () => {
    expect(systemClock.now()).toBe(5_000)
  })

  test('starts the next period when a task has ended', async () => {
    let finish = (): void => {}
    const task = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)))
    using _running = systemClock.every(10, task)
    await vi.advanceTimersByTimeAsync(35)
    expect(task).toHaveBeenCalledTimes(1)
    finish()
    await vi.advanceTimersByTimeAsync(9)
    expect(task).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(task).toHaveBeenCalledTimes(2)
  })

  test('runs a disposed task no more, not even one that ends afterwards', async () => {
    let finish = (): void => {}
    const task = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)))
    const running = systemClock.every(10, task)
    await vi.advanceTimersByTimeAsync(10)
    running[Symbol.dispose]()
    finish()
    await vi.advanceTimersByTimeAsync(100)
    expect(task).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})
