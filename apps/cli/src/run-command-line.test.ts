import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runCommandLine } from './run-command-line.ts'

let folder: string
let said: string
const tenant = ['--tenant', '11111111-2222-4333-8444-555555555555']
const span = ['--from', '2024-03-12T09:00Z', '--to', '2024-03-16']

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtrail-cli-'))
  said = ''
  const keep = (chunk: unknown): boolean => {
    said += String(chunk)
    return true
  }
  vi.spyOn(process.stderr, 'write').mockImplementation(keep)
  vi.spyOn(process.stdout, 'write').mockImplementation(keep)
  for (const name of ['MAILTRAIL_LAKE', 'MAILTRAIL_CONFIG', 'MAILTRAIL_REDIS_URL', 'MAILTRAIL_PUBLISHER_ID']) vi.stubEnv(name, undefined)
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

describe('what cannot be done is one clear error that says what to do', () => {
  test.each<{ title: string; argv: (lake: string) => string[]; code: number; says: RegExp }>([
    { title: 'an unknown command', argv: () => ['investigat'], code: 2, says: /unknown command.*Did you mean investigate/s },
    { title: 'options that exclude each other', argv: () => ['coverage', '--all', ...tenant], code: 2, says: /--all.*cannot.*--tenant/ },
    { title: 'an option of another role', argv: () => ['serve', 'lister', '--concurrency', '8'], code: 2, says: /of a fetcher/ },
    { title: 'a missing option', argv: () => ['coverage', ...tenant], code: 2, says: /--from/ },
    { title: 'no lake', argv: () => ['tenant', 'list'], code: 2, says: /MAILTRAIL_LAKE/ },
    { title: 'a lake of an unknown kind', argv: () => ['tenant', 'list', '--lake', 'ftp://x'], code: 2, says: /write file: and a folder/ },
    {
      title: 'a tenant that is no GUID',
      argv: (lake) => ['tenant', 'show', 'clinic', '--lake', lake],
      code: 2,
      says: /is not a tenant id/,
    },
    { title: 'an unknown tenant', argv: (lake) => ['coverage', ...tenant, ...span, '--lake', lake], code: 1, says: /mailtrail tenant add/ },
    {
      title: 'a time without zone',
      argv: (lake) => ['coverage', ...tenant, '--from', '2024-03-12 09:00', '--to', '2024-03-16', '--lake', lake],
      code: 2,
      says: /with Z or an offset/,
    },
    {
      title: 'a range that is none',
      argv: (lake) => ['investigate', ...tenant, ...span, '--ip', '174.20*', '--lake', lake],
      code: 2,
      says: /174\.20\*/,
    },
    {
      title: 'a limit that is none',
      argv: (lake) => ['investigate', ...tenant, ...span, '--ip', '174.20.0.0/16', '--limit', 'abc', '--lake', lake],
      code: 2,
      says: /whole number/,
    },
    {
      title: 'an unknown cloud',
      argv: (lake) => [
        'tenant',
        'add',
        ...tenant,
        '--name',
        'x',
        '--client-id',
        '11111111-2222-4333-8444-555555555555',
        '--credential',
        'env:X',
        '--cloud',
        'nowhere',
        '--lake',
        lake,
      ],
      code: 2,
      says: /There is no cloud "nowhere"/,
    },
    {
      title: 'a missing export',
      argv: (lake) => ['import', 'email-events', '/not/there', ...tenant, '--lake', lake],
      code: 2,
      says: /\/not\/there/,
    },
    { title: 'an unknown role', argv: () => ['serve', 'lawyer'], code: 2, says: /lister, fetcher, notifier, compactor, scheduler/ },
    {
      title: 'a role without configuration',
      argv: () => ['serve', 'lister'],
      code: 2,
      says: /redisUrl \(MAILTRAIL_REDIS_URL\).*publisherId \(MAILTRAIL_PUBLISHER_ID\)/s,
    },
  ])('$title', async ({ argv, code, says }) => {
    expect(await runCommandLine(argv(`file:${folder}`)), said).toBe(code)
    expect(said).toMatch(says)
    expect(said).not.toMatch(/\n {4}at /)
  })

  test('every fault of a configuration file at once', async () => {
    await writeFile(join(folder, 'bad.yaml'), 'redisUrl: http://x\nlake: ""\npublisherId: me\nlogLevel: loud\n')
    vi.stubEnv('MAILTRAIL_CONFIG', join(folder, 'bad.yaml'))
    expect(await runCommandLine(['serve', 'fetcher'])).toBe(2)
    for (const name of ['redisUrl', 'lake', 'publisherId', 'logLevel']) expect(said).toContain(name)
  })
})

test('help is no error', async () => {
  expect(await runCommandLine(['--help'])).toBe(0)
  expect(said).toContain('Exit codes')
})
