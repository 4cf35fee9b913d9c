import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { compareLake, readCoverage } from '@mailtrail/cli'
import { hourMs, minuteMs, parseTenantId } from '@mailtrail/core'
import { readLedger } from '@mailtrail/lake'
import { expect, test } from 'vitest'
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts'
import { feedHours, feedStart, heavyFeed } from './heavy-feed.ts'
import { guid } from './scenario.ts'

const cli = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))
const kills = 20

test(`a fetcher killed ${kills} times in the middle of its work leaves a lake that equals the truth`, async () => {
  await using fleet = await startFleetUnderTest(heavyFeed())
  await using _others = await fleet.startRoles(['lister', 'notifier', 'scheduler'])
  await using fetcher = new MortalFetcher(fleet)
  await fetcher.start()

  const collected = fleet.runTo(feedStart + (feedHours + 1) * hourMs + 5 * minuteMs, 20 * minuteMs)
  await fetcher.killRepeatedly(kills, collected)
  await collected

  expect(fetcher.deaths).toBe(kills)
  expect(fetcher.deathsAtWork).toBeGreaterThan(kills / 4)
  expect(await compareLake(fleet.lake, await fleet.truth())).toEqual([])
  for (const tenant of ['clinic', 'practice']) {
    const tenantId = parseTenantId(guid(tenant))
    const range = { from: feedStart, to: feedStart + feedHours * hourMs }
    const seals = (await readLedger(fleet.lake, tenantId, range)).filter(({ entry }) => entry === 'seal')
    expect(seals).toHaveLength(feedHours * 6)
    expect((await readCoverage(fleet.lake, tenantId, range)).map(({ state }) => state)).toEqual(['unverified', 'provisional'])
  }
})

/** `mailtrail serve fetcher` as a process, killed with SIGKILL at moments drawn from a fixed seed. */
class MortalFetcher implements AsyncDisposable {
  readonly #fleet: FleetUnderTest
  #child: ChildProcess | undefined
  #contentsStored = 0
  deaths = 0
  /** Deaths of a fetcher that had stored something and was not idle since. */
  deathsAtWork = 0

  constructor(fleet: FleetUnderTest) {
    this.#fleet = fleet
  }

  async start(): Promise<void> {
    const env = { ...process.env, MAILTRAIL_CONFIG: join(this.#fleet.folder, 'mailtrail.yaml') }
    const child = spawn(process.execPath, ['--conditions=@mailtrail/source', cli, 'serve', 'fetcher'], {
      env,
      stdio: ['ignore', 'inherit', 'pipe'],
    })
    this.#child = child
    const lines = createInterface({ input: child.stderr })
    await new Promise<void>((resolve) => {
      lines.on('line', (line) => {
        if (line.includes('"role.started"')) resolve()
        if (line.includes('"content.stored"')) this.#contentsStored += 1
      })
    })
  }

  async killRepeatedly(times: number, until: Promise<void>): Promise<void> {
    let random = 1
    let isOver = false
    void until.finally(() => {
      isOver = true
    })
    while (this.deaths < times) {
      if (isOver) throw new Error(`the run was over after ${this.deaths} kills`)
      random = (random * 48_271) % 2_147_483_647
      const storedBefore = this.#contentsStored
      // Waits for work to be under way, then for a moment that differs each time.
      while (this.#contentsStored === storedBefore && !isOver) await delay(2)
      await delay(random % 60)
      await this.#kill()
      if (!isOver) this.deathsAtWork += 1
      this.deaths += 1
      await this.start()
    }
  }

  async #kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    if (this.#child && this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kill()
  }
}
