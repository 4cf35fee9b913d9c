import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Announcement } from './announcement.ts'
import { faultCatalogue } from './fault-catalogue.ts'
import { connect } from './test-client.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const tenant = {
  tenantId: '11111111-2222-4333-8444-555555555555',
  displayName: 'Contoso',
  clientId: '22222222-3333-4444-8555-666666666666',
  clientSecret: 'secret',
}

let dir: string
let children: ChildProcess[] = []

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simulator-'))
})

afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  children = []
  await rm(dir, { recursive: true })
})

describe('the command', () => {
  test('announces where it listens, serves under its own authority, and ends on SIGTERM', async () => {
    const { announced, process } = await startCommand([])
    expect(announced).toMatchObject({
      event: 'simulator.listening',
      caFile: join(dir, 'out', 'ca.pem'),
      emailEventsDir: join(dir, 'out', 'email-events'),
      siemUrl: `${announced.origin}/sim/siem`,
      siemSecret: expect.stringMatching(/^whsec_/),
      tenants: [{ ...tenant, publisherId: tenant.tenantId }],
    })
    using client = await connect(announced.origin, announced.caFile)
    expect((await client.call('/sim/clock')).status).toBe(200)
    process.kill('SIGTERM')
    expect(await once(process, 'exit')).toEqual([0, null])
  })

  test('ends when its lifeline is cut', async () => {
    const { process } = await startCommand(['--stdin-lifeline'])
    process.stdin?.end()
    expect(await once(process, 'exit')).toEqual([0, null])
  })

  test('prints the score of what was delivered when it ends', async () => {
    const delivered = join(dir, 'delivered.ndjson')
    await writeFile(delivered, '{"Id":"r1","Operation":"MailItemsAccessed"}\n{"Id":"r2","Operation":"Send"}\n')
    const { process } = await startCommand(
      ['--json', '--delivered', delivered, '--operation', 'all'],
      [
        { created: '2024-03-11T00:00:00Z', records: [{ Id: 'r1', Operation: 'MailItemsAccessed' }] },
        {
          created: '2024-03-11T00:00:00Z',
          records: [
            { Id: 'r2', Operation: 'Send' },
            { Id: 'r3', Operation: 'Send' },
          ],
        },
      ],
    )
    process.kill('SIGINT')
    const [[line], [status]] = await Promise.all([once(createInterface(process.stdout as Readable), 'line'), once(process, 'exit')])
    expect(JSON.parse(line)).toMatchObject({ expected: 3, delivered: 2, missing: 1, examples: { missing: ['r3'] } })
    expect(status).toBe(0)
  })

  test('prints the score although what was delivered cannot be read, says so, and exits 1', async () => {
    const { process } = await startCommand(['--json', '--delivered', join(dir, 'nowhere')])
    process.kill('SIGTERM')
    const [stderr, [line], [status]] = await Promise.all([
      text(process.stderr as Readable),
      once(createInterface(process.stdout as Readable), 'line'),
      once(process, 'exit'),
    ])
    expect(JSON.parse(line)).toMatchObject({ expected: 0 })
    expect([stderr, status]).toEqual([expect.stringContaining('nowhere'), 1])
  })

  test('prints the catalogue of faults, for people and for programs', async () => {
    const [table, json] = await Promise.all([runToEnd(['--faults']), runToEnd(['--faults', '--json'])])
    expect(table.stdout).toContain('af20023-after-restart')
    expect(JSON.parse(json.stdout)).toEqual(JSON.parse(JSON.stringify(faultCatalogue)))
  })

  test('speaks to people with --text', async () => {
    const started = spawnCommand(['--scenario', await writeScenario([]), '--dir', dir, '--text'])
    const said = text(started.stdout)
    await once(started.stdout, 'data')
    started.kill('SIGTERM')
    await once(started, 'exit')
    expect(await said).toMatch(/login, API root, resource +https:\/\/127\.0\.0\.1:\d+\n[\s\S]*\n {2}missing +0 /)
  })

  test('plays the scenario now, and its time runs, if it is told so', async () => {
    const { announced } = await startCommand(['--now', '--speed', '3600'])
    using client = await connect(announced.origin, announced.caFile)
    const readClock = async (): Promise<number> => Date.parse((await client.call('/sim/clock')).json<{ now: string }>().now)
    const first = await readClock()
    expect(Math.abs(first - Date.now())).toBeLessThan(24 * 3_600_000)
    await setTimeout(20)
    expect(await readClock()).toBeGreaterThan(first + 60_000)
  })

  test('says so when its port is taken, and exits 1', async () => {
    const { announced } = await startCommand([])
    const { status, stderr } = await runToEnd([
      '--scenario',
      join(dir, 'scenario.json'),
      '--dir',
      dir,
      '--port',
      new URL(announced.origin).port,
    ])
    expect(status).toBe(1)
    expect(stderr).toContain('EADDRINUSE')
  })

  test('lists every fault of a bad scenario and exits 2', async () => {
    const file = join(dir, 'scenario.json')
    await writeFile(file, JSON.stringify({ start: 'soon', extra: 1, tenants: [{ ...tenant, tenantId: 'contoso', contents: [{}] }] }))
    const { status, stderr } = await runToEnd(['--scenario', file, '--dir', dir])
    expect(status).toBe(2)
    for (const part of [file, 'start', 'extra', 'tenants[0].tenantId', 'tenants[0].contents[0].created']) expect(stderr).toContain(part)
  })

  test.each([
    { title: 'a missing file', args: ['--scenario', '/nowhere.json', '--dir', '/tmp'], message: '/nowhere.json' },
    { title: 'a missing option', args: ['--scenario', 'hospital'], message: '--dir' },
    { title: 'a port that is none', args: ['--scenario', 'hospital', '--dir', '/tmp', '--port', 'x'], message: '65535' },
  ])('exits 2 on $title', async ({ args, message }) => {
    const { status, stderr } = await runToEnd(args)
    expect(status).toBe(2)
    expect(stderr).toContain(message)
  })
})

async function startCommand(
  args: readonly string[],
  contents: readonly object[] = [],
): Promise<{ announced: Announcement; process: ChildProcess }> {
  const started = spawnCommand(['--scenario', await writeScenario(contents), '--dir', join(dir, 'out'), ...args])
  const [line] = await once(createInterface(started.stdout), 'line')
  return { announced: JSON.parse(line), process: started }
}

async function writeScenario(contents: readonly object[]): Promise<string> {
  const file = join(dir, 'scenario.json')
  await writeFile(file, JSON.stringify({ start: '2024-03-11T00:00:00Z', tenants: [{ ...tenant, initiallySubscribed: true, contents }] }))
  return file
}

async function runToEnd(args: readonly string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const started = spawnCommand(args)
  const [stdout, stderr, [status]] = await Promise.all([text(started.stdout), text(started.stderr), once(started, 'exit')])
  return { status, stdout, stderr }
}

function spawnCommand(args: readonly string[]) {
  const started = spawn(process.execPath, ['--conditions=@mailtrail/source', main, ...args], { stdio: 'pipe' })
  children.push(started)
  return started
}
