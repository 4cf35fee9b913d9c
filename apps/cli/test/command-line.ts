import { afterEach, beforeEach, expect, vi } from 'vitest'
import { runCommandLine } from '../src/run-command-line.ts'

/** The command line, run in this process. What it says and prints is of the last run. */
export interface CommandLine {
  readonly out: string
  readonly said: string
  /** @param code - the exit code that is expected */
  run(argv: readonly string[], code?: number): Promise<void>
  json(argv: readonly string[], code?: number): Promise<unknown>
}

/** Keeps what is printed while a test runs, and ends the test's environment with it. Call it before other hooks. */
export function commandLine(): CommandLine {
  const printed = { out: '', said: '' }
  const run = async (argv: readonly string[], code = 0): Promise<void> => {
    printed.out = ''
    printed.said = ''
    expect(await runCommandLine(argv), printed.said).toBe(code)
  }
  beforeEach(() => {
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      printed.out += String(chunk)
      return true
    })
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      printed.said += String(chunk)
      return true
    })
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  })
  return {
    get out() {
      return printed.out
    },
    get said() {
      return printed.said
    },
    run,
    json: async (argv, code) => {
      await run([...argv, '--json'], code)
      return JSON.parse(printed.out)
    },
  }
}
