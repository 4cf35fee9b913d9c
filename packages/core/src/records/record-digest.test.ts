import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalRecord, recordDigest, recordsDigest } from './record-digest.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe(canonicalRecord, () => {
  test.each([
    ['{ "b" : 1 ,\r\n "a" : [ { "d":null, "c":true } ] }', '{"a":[{"c":true,"d":null}],"b":1}'],
    ['{"SizeInBytes":1156492.00}', '{"SizeInBytes":1156492.00}'],
    ['[9007199254740993,1e-7,1E+2,-0,0.10,10]', '[9007199254740993,1e-7,1E+2,-0,0.10,10]'],
    ['{"a":"\\u00e9\\/\\u000a\\ud800"}', '{"a":"é/\\n\\ud800"}'],
    ['{"10":1,"9":2,"Z":3,"a":4,"\\u00e9":5}', '{"10":1,"9":2,"Z":3,"a":4,"é":5}'],
    ['{"\\ufffd":1,"\\ud83d\\ude00":2}', '{"😀":2,"\ufffd":1}'],
    ['{"a":1,"a":2.50}', '{"a":2.50}'],
    ['{"__proto__":{"b":1.0},"a":"1.0"}', '{"__proto__":{"b":1.0},"a":"1.0"}'],
    ['{"rawJSON":1,"toJSON":"x"}', '{"rawJSON":1,"toJSON":"x"}'],
  ])('prints %s as %s', (text, canonical) => expect(canonicalRecord(text)).toBe(canonical))

  test('prints every number as it was sent', () => {
    const number = fc.stringMatching(/^-?(0|[1-9]\d{0,18})(\.\d{1,3})?([eE][+-]?\d)?$/)
    const space = fc.constantFrom('', ' ', '\n\t')
    fc.assert(
      fc.property(number, space, (token, blank) => {
        expect(canonicalRecord(`${blank}${token}`)).toBe(token)
        expect(canonicalRecord(`{"a":${blank}${token},"b":[${blank}${token},${blank}${token}]}`)).toBe(
          `{"a":${token},"b":[${token},${token}]}`,
        )
      }),
    )
  })

  test('text that is no JSON has no canonical form', () => expect(() => canonicalRecord('{a:1}')).toThrow(SyntaxError))

  test('does not depend on key order or white space, and is its own canonical form', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = JSON.stringify(value)
        const canonical = canonicalRecord(text)
        expect(canonicalRecord(JSON.stringify(withKeysReversed(JSON.parse(text)), undefined, 2))).toBe(canonical)
        expect(canonicalRecord(canonical)).toBe(canonical)
        expect(JSON.parse(canonical)).toEqual(JSON.parse(text))
      }),
    )
  })
})

describe(recordDigest, () => {
  test('is the SHA-256 of the canonical text', () => {
    expect(recordDigest('{"b":1.0,"a":"é"}')).toBe(sha256('{"a":"é","b":1.0}'))
  })

  test('tells numbers apart that a number type would not', () => {
    expect(recordDigest('[9007199254740993]')).not.toBe(recordDigest('[9007199254740992]'))
    expect(recordDigest('[1.0]')).not.toBe(recordDigest('[1]'))
  })
})

describe(recordsDigest, () => {
  test('is the SHA-256 of the sorted lines, in whatever order they come', () => {
    const entries = [
      { id: 'b', digest: '02' },
      { id: 'B', digest: '01' },
      { id: 'a', digest: '03' },
    ]
    expect(recordsDigest(entries)).toBe(sha256('B 01\na 03\nb 02\n'))
    expect(recordsDigest(new Set(entries.toReversed()))).toBe(recordsDigest(entries))
  })

  test('of no records is the SHA-256 of nothing', () => expect(recordsDigest([])).toBe(sha256('')))
})

function withKeysReversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withKeysReversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, withKeysReversed(member)]),
  )
}
