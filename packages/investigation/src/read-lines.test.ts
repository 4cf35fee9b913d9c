import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maxLineBytes, readLines } from './read-lines.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtrail-lines-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function lines(content: string): Promise<[number, string | undefined][]> {
  const path = join(folder, 'file')
  await writeFile(path, content)
  return await Array.fromAsync(readLines(path), ({ number, bytes }) => [number, bytes && Buffer.from(bytes).toString()])
}

describe(readLines, () => {
  test.each([
    { content: '', expected: [] },
    { content: 'a', expected: [[1, 'a']] },
    {
      content: '\ufeffa\r\nb\n\nc\r\n',
      expected: [
        [1, 'a'],
        [2, 'b'],
        [4, 'c'],
      ],
    },
    {
      content: `${'x'.repeat(200_000)}\n${'y'.repeat(70_000)}`,
      expected: [
        [1, 'x'.repeat(200_000)],
        [2, 'y'.repeat(70_000)],
      ],
    },
  ])('reads lines across chunks', async ({ content, expected }) => {
    expect(await lines(content)).toEqual(expected)
  })

  test('a line that is too long comes without its bytes, and the next one whole', async () => {
    expect(await lines(`${'x'.repeat(maxLineBytes + 1)}\nb`)).toEqual([
      [1, undefined],
      [2, 'b'],
    ])
  })
})
