import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FleetUnderTest } from './fleet-under-test.ts'
import { createRandom } from './random.ts'

const cli = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url))

/** `mailtrail serve fetcher` as a process, killed with SIGKILL at moments drawn from a fixed seed. */
export class MortalFetcher implements AsyncDisposable {
  readonly #fleet: FleetUnderTest
  readonly #random = createRandom('kills')
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
    let isOver = false
    void until.finally(() => {
      isOver = true
    })
    while (this.deaths < times) {
      if (isOver) throw new Error(`the run was over after ${this.deaths} kills`)
      const storedBefore = this.#contentsStored
      // Waits for work to be under way, then for a moment that differs each time.
      while (this.#contentsStored === storedBefore && !isOver) await delay(2)
      await delay(this.#random.between(0, 60))
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
