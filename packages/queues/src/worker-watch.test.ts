import { expect, test, vi } from 'vitest'
import { WorkerWatch } from './worker-watch.ts'

const jobs = async (): Promise<number> => 7

test('a worker that takes nothing four times in a row, though jobs wait, is deaf, and told of once', async () => {
  const watch = new WorkerWatch(2, jobs)
  expect(await look(watch, 7)).toEqual([false, false, false, true, false, false, false])
  expect(watch.isDeaf).toBe(true)
})

test.each([
  { title: 'while nothing waits', watch: () => new WorkerWatch(1, async () => 0) },
  { title: 'while all its places are taken', watch: busy },
])('a worker is never deaf $title', async ({ watch }) => {
  const watched = watch()
  expect(await look(watched, 9)).not.toContain(true)
  expect(watched.isDeaf).toBe(false)
})

test('a worker that takes something now and then is not deaf', async () => {
  const watch = new WorkerWatch(1, jobs)
  for (let times = 0; times < 4; times += 1) {
    expect(await look(watch, 3)).not.toContain(true)
    await watch.during(async () => {})
  }
})

test('a deaf worker is none once it takes something, and may become deaf again', async () => {
  const watch = new WorkerWatch(1, jobs)
  await look(watch, 5)
  await watch.during(async () => {})
  expect(watch.isDeaf).toBe(false)
  expect(await look(watch, 5)).toEqual([false, false, false, false, true])
})

test('where nobody knows what waits, nothing is known of the worker', async () => {
  vi.useFakeTimers()
  const countWaiting = vi.fn(jobs)
  const watch = new WorkerWatch(1, countWaiting)
  const replace = vi.fn(async () => {})
  {
    using _looking = watch.start(replace)
    await vi.advanceTimersByTimeAsync(15_000)
    countWaiting.mockRejectedValueOnce(new Error('away'))
    await vi.advanceTimersByTimeAsync(20_000)
    expect(replace).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(replace).toHaveBeenCalledOnce()
  }
  await vi.advanceTimersByTimeAsync(60_000)
  expect(replace).toHaveBeenCalledOnce()
  vi.useRealTimers()
})

/** What so many looks say. */
async function look(watch: WorkerWatch, times: number): Promise<boolean[]> {
  const said: boolean[] = []
  for (let time = 0; time < times; time += 1) said.push(await watch.check())
  return said
}

function busy(): WorkerWatch {
  const watch = new WorkerWatch(1, jobs)
  void watch.during(() => new Promise(() => {}))
  return watch
}
