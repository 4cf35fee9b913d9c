import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test, vi } from 'vitest'
import { createLogger, logFile } from './logger.ts'

const canary = 'canary@hospital.example'
const names = [
  'clientSecret',
  'certificatePem',
  'accessToken',
  'authorization',
  'secret',
  'password',
  'mailbox',
  'subject',
  'recipients',
  'sender',
]

test.each(names)('what is called %s is cut, down to two levels below the line, and in what a child binds', (name) => {
  const { log, text } = capture()
  const cut = { [name]: canary }
  log.info({ event: 'a.happened', ...cut })
  log.info({ event: 'a.happened', tenant: cut })
  log.info({ event: 'a.happened', tenant: { inner: cut } })
  log.info({ event: 'a.happened', all: [cut, { [name]: [canary, { to: canary }] }] })
  log.child(cut).info({ event: 'a.happened' })
  log.child({ tenant: cut }).warn({ event: 'a.happened' })
  expect(text()).not.toContain('canary')
  expect(text()).toContain('[redacted]')
  expect(text().trim().split('\n')).toHaveLength(6)
})

test('an outcome is one line of JSON with its time, and no name of machine or process', () => {
  const { log, text } = capture()
  log.info({ event: 'content.stored', kept: 3 })
  const { time, ...line } = JSON.parse(text())
  expect(line).toEqual({ level: 30, event: 'content.stored', kept: 3 })
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
})

test.each([
  { level: 'info', events: ['b', 'c'] },
  { level: 'warn', events: ['c'] },
  { level: 'silent', events: [] },
])('the level $level lets through $events', ({ level, events }) => {
  const { log, text } = capture(level)
  log.debug({ event: 'a' })
  log.info({ event: 'b' })
  log.warn({ event: 'c' })
  const lines = text().split('\n').filter(Boolean)
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(events)
})

test('a log file is made with its folder', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'new', 'fleet.log')
  createLogger('info', logFile(path)).info({ event: 'role.started' })
  await vi.waitFor(async () => expect(await readFile(path, 'utf8')).toContain('role.started'))
})

function capture(level = 'info') {
  const lines: string[] = []
  return { log: createLogger(level, { write: (line: string) => void lines.push(line) }), text: () => lines.join('') }
}
