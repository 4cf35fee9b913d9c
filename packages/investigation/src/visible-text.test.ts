import { describe, expect, test } from 'vitest'
import { clip, visibleText } from './visible-text.ts'

describe(visibleText, () => {
  test.each([
    { text: 'Müller – 請求書 😀', expected: 'Müller – 請求書 😀' },
    { text: 'a\r\nE1 itemised: 0 messages', expected: 'a\\u{d}\\u{a}E1 itemised: 0 messages' },
    { text: '\u001b[2J\u0007\u0000\u009b', expected: '\\u{1b}[2J\\u{7}\\u{0}\\u{9b}' },
    { text: 'exe.\u202Efdp', expected: 'exe.\\u{202e}fdp' },
    { text: '\u2066x\u2069\u200b\ufeff\u2028', expected: '\\u{2066}x\\u{2069}\\u{200b}\\u{feff}\\u{2028}' },
    { text: '\u3164', expected: '\\u{3164}' },
    { text: 'half \ud83d', expected: 'half \\u{d83d}' },
  ])('$expected', ({ text, expected }) => {
    expect(visibleText(text)).toBe(expected)
  })
})

test('a cut text says so and splits no pair', () => {
  expect(clip('😀😀😀', 2)).toBe('😀…')
  expect(clip('😀😀', 2)).toBe('😀😀')
})
