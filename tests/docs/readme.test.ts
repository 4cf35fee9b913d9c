import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommandLine } from '@mailtrail/cli'
import { loadConfig } from '@mailtrail/runtime'
import { describe, expect, test, vi } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const documents = globSync(['*.md', 'docs/**/*.md', 'infra/**/*.md', '{apps,packages}/*/README.md'], { cwd: root }).sort()
const commandNames = /^(demo|test|up|serve|simulator|tenant|backfill|secret|import|coverage|investigate|evidence|dlq|bench)$/

test.each(documents)('what %s points at is there', (document) => {
  const text = withoutCode(read(document))
  const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].flatMap(([, link = '']) => (/^[a-z]+:/.test(link) ? [] : [link]))
  const paths = [...text.matchAll(/`((?:apps|packages|infra|tests|docs)\/[\w./-]+\w)`/g)].map(([, path = '']) => path)
  const missing = [
    ...links.filter((link) => !existsSync(join(root, dirname(document), link))),
    ...paths.filter((path) => !existsSync(join(root, path))),
  ]
  expect(missing).toEqual([])
})

describe('the commands of the documents', () => {
  const uses = documents.flatMap((document) => commandLines(read(document))).map(parseUse)

  test.each([...new Set(uses.map(({ command }) => command))])('mailtrail %s is there, with every option that is shown', async (command) => {
    const help = await helpOf(command.split(' '))
    const shown = uses.filter((use) => use.command === command).flatMap(({ options }) => options)
    expect(help).toContain(`Usage: mailtrail ${command}`)
    expect(shown.filter((option) => !help.includes(` ${option} `))).toEqual([])
  })

  test('include every command there is', async () => {
    const help = await helpOf([])
    const names = [...help.matchAll(/^ {2}([a-z]+)(?= |$)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help')
    expect(names.filter((name) => !uses.some(({ command }) => command.split(' ')[0] === name))).toEqual([])
  })
})

test('the configuration that the README shows is one', async () => {
  const yaml = /^```yaml\n([\s\S]*?)^```$/m.exec(read('README.md'))?.[1] ?? ''
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-readme-'))
  try {
    await writeFile(join(folder, 'mailtrail.yaml'), yaml)
    const config = loadConfig({}, {}, join(folder, 'mailtrail.yaml'))
    expect(Object.keys(config).sort()).toEqual([
      'app',
      'clouds',
      'compression',
      'destinations',
      'drainSeconds',
      'healthAddress',
      'horizonHours',
      'insecureRedis',
      'jobLockMs',
      'lake',
      'lakes',
      'logLevel',
      'masterKey',
      'publisherId',
      'redisUrl',
      'requestsPerMinute',
      'retention',
      'routes',
      'turnsAtOnce',
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
})

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '')
}

/** The lines of shell blocks that run the launcher, continued ones joined. */
function commandLines(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.replaceAll(/\\\n\s*/g, ''))
  return blocks.flatMap((block) => block.split('\n')).flatMap((line) => /\.\/mailtrail (.*)$/.exec(line)?.[1] ?? [])
}

function parseUse(line: string): { command: string; options: string[] } {
  const words = line.split(/\s+/)
  const [name = '', next = ''] = words
  if (!commandNames.test(name)) throw new Error(`The documents show a command that this test does not know: ${line}`)
  const command = ['tenant', 'import', 'secret', 'bench', 'evidence', 'dlq'].includes(name) ? `${name} ${next}` : name
  return { command, options: words.filter((word) => word.startsWith('--')) }
}

async function helpOf(command: readonly string[]): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    await runCommandLine([...command, '--help'])
    return write.mock.calls.map(([chunk]) => String(chunk)).join('')
  } finally {
    write.mockRestore()
  }
}
