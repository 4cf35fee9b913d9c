import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRecordSplitter, maxRecordBytes, type RecordSlice, type RecordSplitter } from './split-records.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

interface Outcome {
  readonly slices: readonly RecordSlice[]
  readonly code: string | undefined
}

/** What a chunk brings, as long as the body has no fault. */
function push(splitter: RecordSplitter, chunk: Uint8Array): RecordSlice[] {
  splitter.throwFault()
  const slices: RecordSlice[] = []
  for (let at = 0; at < chunk.length; ) at = splitter.take(chunk, at, (slice) => slices.push({ ...slice, bytes: slice.bytes.slice() }))
  return slices
}

/** All slices, and the code of the fault that ended the body. */
function split(chunks: readonly Uint8Array[]): Outcome {
  const splitter = createRecordSplitter()
  const slices: RecordSlice[] = []
  try {
    for (const chunk of chunks) slices.push(...push(splitter, chunk))
    splitter.end()
  } catch (error) {
    return { slices, code: String(Object(error).code) }
  }
  return { slices, code: undefined }
}

const texts = ({ slices }: Outcome): string[] => slices.map(({ bytes }) => decoder.decode(bytes))
const inOne = (body: string): Outcome => split([encoder.encode(body)])
const byteByByte = (bytes: Uint8Array): Outcome => split(Array.from(bytes, (byte) => Uint8Array.of(byte)))

describe(createRecordSplitter, () => {
  test.each([
    { body: '[]', expected: [] },
    { body: ' \r\n\t[ \n ] \n', expected: [] },
    { body: '\ufeff[{}]', expected: ['{}'] },
    { body: '[{"a":1},{"b":[2,3]}]', expected: ['{"a":1}', '{"b":[2,3]}'] },
    { body: '[\r\n  {\r\n    "a": 1\r\n  } ,\r\n  {}\r\n]\r\n', expected: ['{\r\n    "a": 1\r\n  }', '{}'] },
    { body: '[1,"x",null,[true],-1e-7]', expected: ['1', '"x"', 'null', '[true]', '-1e-7'] },
    { body: '[{"a":"]},[{"},{"b":"\\"}]\\\\"}]', expected: ['{"a":"]},[{"}', '{"b":"\\"}]\\\\"}'] },
    { body: '[{"a":"é😀\u2028"}]', expected: ['{"a":"é😀\u2028"}'] },
    { body: '[{"a":1},oops,{"b":2}]', expected: ['{"a":1}', 'oops', '{"b":2}'] },
    { body: '[1,,2,]', expected: ['1', '', '2', ''] },
    { body: '[}]', expected: ['}'] },
    { body: '[{"a":1} {"b":2}]', expected: ['{"a":1} {"b":2}'] },
  ])('splits $body', ({ body, expected }) => {
    const outcome = inOne(body)
    expect(texts(outcome)).toEqual(expected)
    expect(outcome.code).toBeUndefined()
    expect(byteByByte(encoder.encode(body))).toEqual(outcome)
  })

  test.each([
    { body: '', code: 'BODY_EMPTY', records: 0 },
    { body: ' \r\n', code: 'BODY_EMPTY', records: 0 },
    { body: '\ufeff', code: 'BODY_EMPTY', records: 0 },
    { body: 'null', code: 'BODY_NOT_ARRAY', records: 0 },
    { body: '{"error":{"code":"AF20050"}}', code: 'BODY_NOT_ARRAY', records: 0 },
    { body: '"[]"', code: 'BODY_NOT_ARRAY', records: 0 },
    { body: '<html>[]</html>', code: 'BODY_NOT_ARRAY', records: 0 },
    { body: ' \ufeff[]', code: 'BODY_NOT_ARRAY', records: 0 },
    { body: '\ufeff\ufeff[]', code: 'BODY_NOT_ARRAY', records: 0 },
    { body: '[', code: 'BODY_INCOMPLETE', records: 0 },
    { body: '[{"a":1}', code: 'BODY_INCOMPLETE', records: 0 },
    { body: '[{"a":1},', code: 'BODY_INCOMPLETE', records: 1 },
    { body: '[{"a":1},{"b":"]', code: 'BODY_INCOMPLETE', records: 1 },
    { body: '[{"a":1},{"b":"\\', code: 'BODY_INCOMPLETE', records: 1 },
    { body: '[{"a":1}]]', code: 'BODY_TRAILING', records: 1 },
    { body: '[][]', code: 'BODY_TRAILING', records: 0 },
    { body: '[{"a":1}]\n\u0000', code: 'BODY_TRAILING', records: 1 },
  ])('ends $body with $code after $records records', ({ body, code, records }) => {
    const outcome = inOne(body)
    expect({ code: outcome.code, records: outcome.slices.length }).toEqual({ code, records })
    expect(byteByByte(encoder.encode(body))).toEqual(outcome)
  })

  test('a cut byte order mark is no array', () => {
    expect(split([Uint8Array.of(0xef, 0xbb)]).code).toBe('BODY_NOT_ARRAY')
    expect(split([Uint8Array.of(0xff, 0xfe, 0x5b, 0x00)]).code).toBe('BODY_NOT_ARRAY')
  })

  test.each([
    { body: '', again: true },
    { body: '[1', again: true },
    { body: '{}', again: false },
    { body: '[]x', again: false },
  ])('a body $body is worth fetching again: $again', ({ body, again }) => {
    const splitter = createRecordSplitter()
    push(splitter, encoder.encode(body))
    expect(() => splitter.end()).toThrow(expect.objectContaining({ retry: { again } }))
  })

  test('a fault names the kind of body and holds nothing of it', () => {
    const splitter = createRecordSplitter()
    push(splitter, encoder.encode('{"Subject":"Lab results"}'))
    expect(() => push(splitter, encoder.encode('[]'))).toThrow(/^The body is a JSON object, not an array of records(?!.*Lab)/)
  })

  test('an element that never ends is not held in memory', () => {
    const splitter = createRecordSplitter()
    push(splitter, encoder.encode('[{"a":1},{"b":"'))
    const filler = new Uint8Array(1_048_576).fill(0x61)
    for (let bytes = 0; bytes < maxRecordBytes; bytes += filler.length) push(splitter, filler)
    expect(() => push(splitter, filler)).toThrow(expect.objectContaining({ code: 'BODY_RECORD_TOO_LARGE' }))
  })

  test('a chunk may be overwritten once its slices are read', () => {
    const splitter = createRecordSplitter()
    const chunk = encoder.encode('[{"a":"first')
    push(splitter, chunk)
    chunk.fill(0x21)
    const [slice] = push(splitter, encoder.encode('"}]'))
    expect(decoder.decode(slice?.bytes)).toBe('{"a":"first"}')
  })

  test('says how deep a record nests, not counting brackets in strings', () => {
    expect(inOne('[1,{"a":"[[["},{"a":[{}]},{}]').slices.map(({ depth }) => depth)).toEqual([0, 1, 3, 1])
  })
})

/** JSON whose strings are full of what a scanner could trip over. */
const hazard = fc.constantFrom(
  '"',
  '\\',
  '[',
  ']',
  '{',
  '}',
  ',',
  '\n',
  '\r',
  '\ufeff',
  'é',
  '😀',
  '\ud800',
  'MailItemsAccessed',
  '"Operation":',
)
const jsonArrays = fc.array(
  fc.oneof(
    fc.jsonValue({ stringUnit: 'binary' }),
    fc.dictionary(fc.string({ unit: hazard, maxLength: 4 }), fc.string({ unit: hazard, maxLength: 8 }), { maxKeys: 4 }),
  ),
  { maxLength: 6 },
)
const bodies = fc.tuple(jsonArrays, fc.constantFrom(undefined, 1, 2, '\t'), fc.boolean()).map(([value, space, hasMark]) => {
  const text = JSON.stringify(value, undefined, space)
  return `${hasMark ? '\ufeff' : ''}${space === 1 ? text.replaceAll('\n', '\r\n') : text}`
})

describe('splitting any array of JSON', () => {
  test('gives the elements that JSON.parse of the whole body gives, at their offsets', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const bytes = encoder.encode(body)
        const { slices, code } = split([bytes])
        expect(code).toBeUndefined()
        expect(slices.map((slice) => JSON.parse(decoder.decode(slice.bytes)))).toEqual(JSON.parse(body.replace(/^\ufeff/, '')))
        for (const { offset, bytes: part } of slices) expect(bytes.subarray(offset, offset + part.length)).toEqual(part)
      }),
    )
  })

  test('does not depend on where the body is cut, nor on how it goes wrong', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), fc.constantFrom('', '', ']', 'x', '\u0000'), (body, length, tail) => {
        const whole = encoder.encode(body + tail)
        const bytes = tail === '' && length % 3 === 0 ? whole.subarray(0, length % (whole.length + 1)) : whole
        const expected = split([bytes])
        for (let cut = 0; cut <= bytes.length; cut += 1) expect(split([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(expected)
        expect(byteByByte(bytes)).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })
})
