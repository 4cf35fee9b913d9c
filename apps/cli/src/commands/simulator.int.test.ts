import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mailtrail-simulator-test-'))
})

afterEach(async () => {
  await rm(dir, { recursive: true })
})

test('mailtrail simulator listens, passes the signal on, prints the score and leaves nothing behind', async () => {
  const scenario = join(dir, 'scenario.json')
  const guid = '11111111-2222-4333-8444-555555555555'
  const tenant = { tenantId: guid, displayName: 'Clinic', clientId: guid, clientSecret: 's', initiallySubscribed: true, contents: [] }
  await writeFile(scenario, JSON.stringify({ start: '2024-03-11T00:00:00Z', tenants: [tenant] }))
  const { lines, end } = run(['--scenario', scenario, '--json'])
  const announced = JSON.parse(String((await lines.next()).value))
  expect(existsSync(announced.caFile)).toBe(true)
  const code = await end('SIGTERM')
  expect(JSON.parse(String((await lines.next()).value))).toMatchObject({ expected: 0, missing: 0, tokensLeaked: 0 })
  expect(code).toBe(0)
  expect(existsSync(dirname(announced.caFile))).toBe(false)
})

test('a scenario that cannot be played is a usage error', async () => {
  const { exited } = run(['--scenario', join(dir, 'nowhere.json')])
  expect(await exited).toBe(2)
})

function run(args: readonly string[]) {
  const child = spawn(process.execPath, ['--conditions=@mailtrail/source', main, 'simulator', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = once(child, 'exit').then(([code]) => code)
  return {
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    exited,
    end: (signal: NodeJS.Signals) => {
      child.kill(signal)
      return exited
    },
  }
}
