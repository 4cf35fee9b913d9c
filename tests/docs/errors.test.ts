import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const documented = codesOfDocument(readFileSync(`${root}docs/errors.md`, 'utf8'))
const raised = globSync('{apps,packages}/*/src/**/*.ts', { cwd: root })
  .filter((path) => !/\.test\.ts$|\.contract\.ts$|^apps\/simulator\/|^packages\/testing\/|\/testing\//.test(path))
  .flatMap(codesOfSource)

describe('docs/errors.md', () => {
  test('names every code that is raised, below the package that raises it', () => {
    expect(missing(raised, documented)).toEqual([])
  })

  test('names no code that nothing raises', () => {
    expect(missing(documented, raised)).toEqual([])
  })

  test('names each code once', () => {
    const codes = documented.map((name) => name.split(' ')[1])
    expect(codes).toEqual([...new Set(codes)])
  })

  test('a table row has all its cells', () => {
    const rows = readFileSync(`${root}docs/errors.md`, 'utf8').match(/^\| `.*$/gm) ?? []
    expect(rows.filter((row) => row.split(' | ').length !== 5)).toEqual([])
  })
})

test('every error is raised with its code in sight, or passes on the code of another', () => {
  expect(raised.filter((name) => name.endsWith(' ?'))).toEqual([])
})

/** `packages/core BODY_EMPTY`, from headings and the first column of the tables below them. */
function codesOfDocument(text: string): string[] {
  let room = ''
  return text.split('\n').flatMap((line) => {
    room = /^## (\S+)$/.exec(line)?.[1] ?? room
    const code = /^\| `([A-Z0-9_]+)` \|/.exec(line)?.[1]
    return code === undefined ? [] : [`${room} ${code}`]
  })
}

/** As {@link codesOfDocument}; ` ?` in place of a code that the text does not show. */
function codesOfSource(path: string): string[] {
  const room = path.split('/').slice(0, 2).join('/')
  const text = readFileSync(`${root}${path}`, 'utf8')
  const literal = [...text.matchAll(/new MailtrailError(?:<[^>]*>)?\(\s*(?:'([A-Z0-9_]+)'|(error\.code))?/g)].flatMap(
    ([, code, passedOn]) => (passedOn === undefined ? [`${room} ${code ?? '?'}`] : []),
  )
  const table = path.endsWith('/error-codes.ts') ? [...text.matchAll(/^ {2}([A-Z0-9_]+): \{/gm)].map(([, code]) => `${room} ${code}`) : []
  return [...literal, ...table]
}

function missing(names: readonly string[], others: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => !others.includes(name)).sort()
}
