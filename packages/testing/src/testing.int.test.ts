import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test, vi } from 'vitest'
import {
  type StrictS3,
  startAzurite,
  startFaultProxy,
  startFlakyProxy,
  startRadosgw,
  startRedis,
  startSimulator,
  startStrictS3,
  temporaryFolder,
} from './index.ts'

const scenario = {
  start: '2024-03-11T00:00:00Z',
  tenants: [
    {
      tenantId: '11111111-2222-4333-8444-555555555555',
      displayName: 'Contoso',
      clientId: '22222222-3333-4444-8555-666666666666',
      clientSecret: 'secret',
      contents: [],
    },
  ],
}

describe(temporaryFolder, () => {
  test('is gone with its files once disposed', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder.path, 'file'), 'text')
    await folder[Symbol.asyncDispose]()
    expect(existsSync(folder.path)).toBe(false)
  })
})

describe(startRedis, () => {
  test('serves under the configuration of the fleet', async () => {
    await using redis = await startRedis()
    expect(await ask(redis.port, 'CONFIG GET maxmemory-policy')).toContain('noeviction')
  })

  test('lets a directive override the configuration', async () => {
    await using redis = await startRedis({ directives: { 'maxmemory-policy': 'allkeys-lru' } })
    expect(await ask(redis.port, 'CONFIG GET maxmemory-policy')).toContain('allkeys-lru')
  })

  test.each([
    { title: 'keeps what it acknowledged over a crash', wipe: false, answer: 'bar' },
    { title: 'has lost everything after a restart with wipe', wipe: true, answer: '$-1' },
  ])('$title', async ({ wipe, answer }) => {
    await using redis = await startRedis()
    await ask(redis.port, 'SET foo bar')
    const killed = redis.pid
    await redis.kill()
    await expect(ask(redis.port, 'GET foo')).rejects.toThrow('ECONNREFUSED')
    await redis.restart({ wipe })
    expect(redis.pid).not.toBe(killed)
    expect(await ask(redis.port, 'GET foo')).toContain(answer)
  })

  test('restarts a server that still runs', async () => {
    await using redis = await startRedis()
    await redis.restart()
    expect(await ask(redis.port, 'PING')).toContain('PONG')
  })

  test('leaves no process behind', async () => {
    const redis = await startRedis()
    process.kill(redis.pid, 0)
    await redis[Symbol.asyncDispose]()
    expect(() => process.kill(redis.pid, 0)).toThrow('ESRCH')
  })

  test('does not outlive the process that started it, even if that is killed', async () => {
    const code = `const redis = await (await import('./redis.ts')).startRedis(); console.log(redis.pid); setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(parent.stdout, 'data')
    const pid = Number(line)
    process.kill(pid, 0)
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 10_000 })
  })

  test('says what the server said when it does not start', async () => {
    await expect(startRedis({ directives: { 'no-such-directive': 'x' } })).rejects.toThrow('ended before it served')
  })
})

describe(startRadosgw, () => {
  test('makes buckets, and lets in nobody without its credentials', async () => {
    await using radosgw = await startRadosgw()
    const buckets = [await radosgw.createBucket(), await radosgw.createBucket()]
    expect(new Set(buckets).size).toBe(2)
    expect((await fetch(`${radosgw.endpoint}/${buckets[0]}`)).status).toBe(403)
  })

  test('does not outlive the process that started it, even if that is killed', async () => {
    const code = `const { endpoint } = await (await import('./radosgw.ts')).startRadosgw(); console.log(endpoint); setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const endpoint = String((await once(parent.stdout, 'data'))[0]).trim()
    expect((await fetch(endpoint)).status).toBe(200)
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(fetch(endpoint)).rejects.toThrow('fetch failed'), { timeout: 10_000 })
  })
})

describe(startStrictS3, () => {
  const put = async (strict: StrictS3, md5: string, signedBy: string): Promise<Response> =>
    fetch(`${strict.endpoint}/strict/a`, {
      method: 'PUT',
      body: 'x',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${signedBy}/`,
        'content-md5': md5,
        'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      },
    })

  test.each([
    { title: 'takes what its digest vouches for', md5: 'ndTkYSaMgDT1yFZOFVxnpg==', signedBy: 'strictaccess', status: 200 },
    { title: 'refuses what another digest comes with', md5: 'AAAAAAAAAAAAAAAAAAAAAA==', signedBy: 'strictaccess', status: 400 },
    { title: 'refuses what nobody it knows signed', md5: 'ndTkYSaMgDT1yFZOFVxnpg==', signedBy: 'nobody', status: 403 },
  ])('$title', async ({ md5, signedBy, status }) => {
    await using strict = await startStrictS3()
    expect((await put(strict, md5, signedBy)).status).toBe(status)
  })
})

describe(startAzurite, () => {
  test.each([{ tls: false }, { tls: true }])('serves containers (tls: $tls) until it is disposed', async ({ tls }) => {
    const azurite = await startAzurite({ tls })
    expect(azurite.endpoint).toMatch(tls ? /^https:/ : /^http:/)
    expect(await azurite.createContainer()).not.toBe(await azurite.createContainer())
    await azurite[Symbol.asyncDispose]()
    await expect(azurite.createContainer()).rejects.toThrow('ECONNREFUSED')
  })
})

describe(startSimulator, () => {
  test('plays a scenario given as an object, and moves its time', async () => {
    await using simulator = await startSimulator({ scenario })
    expect(simulator.announcement).toMatchObject({ event: 'simulator.listening', tenants: [{ displayName: 'Contoso' }] })
    expect(await simulator.now()).toBe(Date.parse(scenario.start))
    await simulator.advanceTo(Date.parse('2024-03-12T00:00:00Z'))
    expect(await simulator.get('/sim/clock')).toEqual({ now: '2024-03-12T00:00:00.000Z' })
    await expect(simulator.advanceTo(0)).rejects.toThrow('409')
  })

  test('plays a scenario file', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'a.json')
    await writeFile(file, JSON.stringify(scenario))
    await using simulator = await startSimulator({ scenario: file, seed: '2' })
    expect(simulator.announcement.tenants).toHaveLength(1)
  })

  test('removes its files once disposed', async () => {
    const simulator = await startSimulator({ scenario })
    await simulator[Symbol.asyncDispose]()
    expect(existsSync(simulator.announcement.caFile)).toBe(false)
    await expect(simulator.now()).rejects.toThrow('ECONNREFUSED')
  })

  test('fails when the scenario cannot be played', async () => {
    await expect(startSimulator({ scenario: { tenants: [] } })).rejects.toThrow('ended before it served')
  })
})

/** One command in Redis' inline form, answered as sent. */
async function ask(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.end(`${command}\r\nQUIT\r\n`)
  return text(socket)
}

test('a flaky proxy fails its share of requests, half of them after they were done, and passes on the rest', async () => {
  const done: string[] = []
  const server = createServer((incoming, answer) => {
    incoming.on('data', (chunk) => done.push(`${incoming.method} ${incoming.url} ${chunk}`))
    incoming.on('end', () => answer.writeHead(201, { etag: '"x"' }).end('stored'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await using proxy = await startFlakyProxy({ target, share: 0.5 })
  const answers: Response[] = []
  for (let turn = 0; turn < 40; turn += 1) answers.push(await fetch(`${proxy.origin}/a?b=${turn}`, { method: 'PUT', body: 'body' }))
  server.close()

  const passed = answers.filter(({ status }) => status === 201)
  expect(await passed[0]?.text()).toBe('stored')
  expect(passed[0]?.headers.get('etag')).toBe('"x"')
  expect(answers.filter(({ status }) => status === 503)).toHaveLength(proxy.failed)
  expect(passed.length).toBeGreaterThan(10)
  expect(proxy.failed).toBeGreaterThan(10)
  expect(done.length).toBeGreaterThan(passed.length)
  expect(done.length).toBeLessThan(answers.length)
  expect(done[0]).toMatch(/^PUT \/a\?b=\d+ body$/)
})

describe(startFaultProxy, () => {
  test('passes, holds and breaks what a client and a server say to each other', async () => {
    await using redis = await startRedis()
    await using proxy = await startFaultProxy(redis.port)
    expect(await ask(proxy.port, 'PING')).toContain('PONG')
    proxy.disturb('hang')
    const held = ask(proxy.port, 'PING')
    expect(await Promise.race([held, new Promise((resolve) => setTimeout(resolve, 100, 'held'))])).toBe('held')
    proxy.disturb('none')
    expect(await held).toContain('PONG')
    proxy.disturb('cut')
    await expect(ask(proxy.port, 'PING')).rejects.toThrow('ECONNRESET')
  })
})
