import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Config } from '@mailtrail/runtime'
import type { FaultProxy } from '@mailtrail/testing'
import type { FromRole, ToRole } from './role-messages.ts'

const program = fileURLToPath(new URL('role-process.ts', import.meta.url))
/** Kept from run to run, so that a process starts in half the time. */
const compileCache = fileURLToPath(new URL('../node_modules/.cache/chaos', import.meta.url))

const run = promisify(execFile)

/** What stands between one process and what it talks to. */
export interface Wires {
  readonly redis: FaultProxy
  readonly api: FaultProxy
  /** None where the lake is a folder. */
  readonly store?: FaultProxy | undefined
}

export interface MemberOptions {
  readonly role: string
  readonly number: number
  readonly folder: string
  readonly config: Config
  readonly wires: Wires
  readonly now: number
}

/** After an end that nobody asked for, as whatever supervises a fleet does. */
const restartAfterMs = 250

/** How long a step is waited for: Redis may be away meanwhile. */
const stepWithinMs = 3_000

/** What a role may end with at its start, for it says so and is started again. */
const mayFail = /^(REDIS_UNAVAILABLE|LAKE_UNAVAILABLE)$/

/** One role of the fleet: a process of its own on wires of its own, started again whenever it ends. */
export class FleetMember implements AsyncDisposable {
  readonly name: string
  readonly role: string
  readonly wires: Wires
  /** Ends that no fault explains. */
  readonly crashes: string[] = []
  deaths = 0
  #child: ChildProcess | undefined
  #now: number
  #skewMs = 0
  #isStarted = false
  #isDoomed = false
  #isOver = false
  #failure: string | undefined
  readonly #options: MemberOptions
  #loop: Promise<void> | undefined

  constructor(options: MemberOptions) {
    this.#options = options
    this.role = options.role
    this.name = `${options.role}-${options.number}`
    this.wires = options.wires
    this.#now = options.now
  }

  get logPath(): string {
    return join(this.#options.folder, `${this.name}.log`)
  }

  get isUp(): boolean {
    return this.#isStarted
  }

  async start(): Promise<void> {
    const { folder, config } = this.#options
    // JSON is YAML.
    await writeFile(join(folder, `${this.name}.yaml`), JSON.stringify(config))
    this.#loop = this.#keepRunning()
    await this.untilUp()
  }

  async untilUp(withinMs = 30_000): Promise<void> {
    for (const end = Date.now() + withinMs; !this.#isStarted; ) {
      if (Date.now() > end) throw new Error(`${this.name} does not start: ${await this.#lastLines()}`)
      await delay(20)
    }
  }

  /** Puts the time of its machine, which may be ahead or behind, and waits for what is done by it, unless it is away. */
  async step(now: number): Promise<void> {
    this.#now = now
    const child = this.#child
    if (!child || !this.#isStarted) return
    const stepped = once(child, 'stepped', { signal: AbortSignal.timeout(stepWithinMs) }).catch(() => {})
    this.#send({ now: now + this.#skewMs })
    await stepped
  }

  async skew(ms: number): Promise<void> {
    this.#skewMs = ms
    await this.step(this.#now)
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#isDoomed = true
    this.#child?.kill(signal)
  }

  /** Lets it stand still for a time; whatever becomes of this process, it goes on then. */
  async freeze(ms: number): Promise<void> {
    const pid = this.#child?.pid
    if (pid !== undefined) await run('sh', ['-c', 'kill -STOP $0; sleep $1; kill -CONT $0', String(pid), String(ms / 1000)]).catch(() => {})
  }

  /** Allows it no more memory than it has: it ends when it needs more, or is ended. */
  async starve(): Promise<void> {
    this.#isDoomed = true
    const pid = this.#child?.pid
    if (pid === undefined) return
    const size = Number(/^VmSize:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))?.[1] ?? 0) * 1024
    await run('prlimit', ['--pid', String(pid), `--as=${size}`]).catch(() => {})
  }

  /** What it holds after all that can be let go was; undefined when it does not answer. */
  async liveBytes(): Promise<number | undefined> {
    const child = this.#child
    if (!child || !this.#isStarted) return undefined
    const asked = once(child, 'memory', { signal: AbortSignal.timeout(10_000) }).catch(() => [])
    this.#send({ ask: 'memory' })
    const [bytes] = await asked
    return bytes
  }

  async openFiles(): Promise<number> {
    const { readdir } = await import('node:fs/promises')
    return (await readdir(`/proc/${this.#child?.pid}/fd`).catch(() => [])).length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    this.kill()
    await this.#loop
  }

  async #keepRunning(): Promise<void> {
    while (!this.#isOver) {
      const child = this.#spawn()
      const [code, signal] = await once(child, 'exit')
      this.deaths += 1
      if (!this.#isDoomed && !mayFail.test(this.#failure ?? '')) {
        this.crashes.push(`${this.name} ended with ${signal ?? code} ${this.#failure ?? ''}: ${await this.#lastLines()}`)
      }
      this.#isStarted = false
      if (!this.#isOver) await delay(restartAfterMs)
    }
  }

  #spawn(): ChildProcess {
    const { folder, wires, role } = this.#options
    this.#isDoomed = false
    this.#failure = undefined
    const log = openSync(this.logPath, 'a')
    const env = {
      ...process.env,
      MAILTRAIL_CONFIG: join(folder, `${this.name}.yaml`),
      HTTPS_PROXY: `http://127.0.0.1:${wires.api.port}`,
      NODE_COMPILE_CACHE: compileCache,
    }
    const args = ['--conditions=@mailtrail/source', '--expose-gc', program, role, String(this.#now + this.#skewMs)]
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', log, log, 'ipc'] })
    child.on('message', (message: FromRole) => {
      if ('started' in message) {
        this.#isStarted = true
        // Time may have passed while it started.
        void this.step(this.#now)
      }
      if ('failed' in message) this.#failure = message.failed
      if ('stepped' in message) child.emit('stepped')
      if ('liveBytes' in message) child.emit('memory', message.liveBytes)
    })
    this.#child = child
    return child
  }

  #send(message: ToRole): void {
    if (this.#isStarted && this.#child?.connected) this.#child.send(message, () => {})
  }

  async #lastLines(): Promise<string> {
    return (await readFile(this.logPath, 'utf8').catch(() => '')).split('\n').slice(-6).join('\n')
  }
}
