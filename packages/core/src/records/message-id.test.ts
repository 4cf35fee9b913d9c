import { describe, expect, test } from 'vitest'
import { bareMessageId, foldMessageId } from './message-id.ts'

describe(bareMessageId, () => {
  test.each([
    ['<a@b>', 'a@b'],
    ['a@b', 'a@b'],
    [' \t<a@b>\r\n', 'a@b'],
    ['<<a@b>>', '<a@b>'],
    ['<a@b', '<a@b'],
    ['a@b>', 'a@b>'],
    ['< a@b >', 'a@b'],
    ['<CaseKept@B>', 'CaseKept@B'],
    ['<[x+y]@b>', '[x+y]@b'],
    ['<>', undefined],
    ['', undefined],
    [' ', undefined],
    ['<', '<'],
  ])('%j is %j', (raw, bare) => expect(bareMessageId(raw)).toBe(bare))

  test('folds for the second chance only', () => expect(foldMessageId('CaseKept@B')).toBe('casekept@b'))
})
