import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTenantId } from '../tenant-id.ts'
import { judgeRecord, type SelectedRecord, type SelectionOptions } from './judge-record.ts'
import { createRecordWalker } from './record-walker.ts'
import { createRecordSelector } from './select-records.ts'
import { createRecordSplitter } from './split-records.ts'

const tenantId = parseTenantId('11111111-aaaa-4333-8444-555555555555')
const options: SelectionOptions = { operations: new Set(['MailItemsAccessed', 'Send']), tenantId }

/** Everything that selecting tells, a text for each element and one for the fault of the body. */
type Outcome = readonly string[]

/** Every element split off and parsed. */
function parsed(body: Uint8Array): Outcome {
  const splitter = createRecordSplitter()
  return outcome((selected) => {
    for (let at = 0; at < body.length; ) at = splitter.take(body, at, (slice) => selected.push(judgeRecord(slice, options)))
    splitter.end()
  })
}

function walked(chunks: readonly Uint8Array[]): Outcome {
  const selector = createRecordSelector(options)
  return outcome((selected) => {
    for (const chunk of chunks) selected.push(...selector.push(chunk))
    selected.push(...selector.end())
  })
}

function outcome(select: (selected: SelectedRecord[]) => void): Outcome {
  const selected: SelectedRecord[] = []
  try {
    select(selected)
    return selected.map(describeRecord)
  } catch (error) {
    return [...selected.map(describeRecord), String(Object(error).code)]
  }
}

function describeRecord(one: SelectedRecord): string {
  if (one.kind === 'other') return 'other'
  if (one.kind === 'kept') return `kept at ${one.offset}: ${Buffer.from(one.line).toString('latin1')}`
  return `${one.reason} at ${one.offset}: ${Buffer.from(one.bytes).toString('latin1')}`
}

const cutAt = (body: Uint8Array, at: number): Uint8Array[] => [body.subarray(0, at), body.subarray(at)]

const space = fc.constantFrom('', '', '', ' ', '\r\n  ', '\t')
const key = fc.constantFrom(
  'Operation',
  'OrganizationId',
  'OperationCount',
  'OrganizationName',
  'Id',
  'Oper\\u0061tion',
  '\\u004fperation',
  'Größe',
  'a\\"b',
)
const text = fc.constantFrom(
  'MailItemsAccessed',
  'MailItemsAccessed ',
  'MailItemsAcces',
  'Send',
  'SendAs',
  '\\u0053end',
  'Sen\\u0064',
  tenantId,
  tenantId.toUpperCase(),
  '99999999-2222-4333-8444-555555555555',
  '',
  'a text of some thirty characters, \\"quoted\\" and \\\\ escaped \\u00e9 \\/ \\n',
  'Übergabe „Station 7“ 😀',
  '\\ud800',
)
const scalar = fc.constantFrom('0', '-0', '12', '-1.50', '1e-7', '2E+10', '9007199254740993', 'true', 'false', 'null')
/** None of them is JSON. */
const brokenTokens = [
  ...[
    '01',
    '-01',
    '1.',
    '-',
    '+1',
    '.5',
    '1e',
    '1e+',
    'tru',
    'nul',
    'falsey',
    'NaN',
    'null0',
    '1 2',
    '{"a"}',
    '{"a":1,}',
    '[1,]',
    '{,}',
    '[}',
    '[1}',
    '{"a":1]',
    '{]',
    '',
  ],
  ...['"\\x"', '"\\u12g4"', '"\\u123"', '"a\nb"', '"\0"', '"open', '"a" "b"', '{"a" 1}', '{1:2}', '[1 2]', '[1:2]', '"a":"b"'],
]
const broken = fc.constantFrom(...brokenTokens)

const { element } = fc.letrec<{ value: string; object: string; list: string; element: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'value' },
    { weight: 8, arbitrary: text.map((one) => `"${one}"`) },
    { weight: 4, arbitrary: scalar },
    { weight: 1, arbitrary: broken },
    { weight: 3, arbitrary: tie('object') },
    { weight: 2, arbitrary: tie('list') },
  ),
  object: fc
    .tuple(space, fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }))
    .map(([gap, members]) => `{${gap}${members.map(([name, value]) => `"${name}"${gap}:${gap}${value}`).join(`${gap},${gap}`)}${gap}}`),
  list: fc.tuple(space, fc.array(tie('value'), { maxLength: 4 })).map(([gap, values]) => `[${gap}${values.join(`${gap},`)}${gap}]`),
  element: fc.oneof({ weight: 9, arbitrary: tie('object') }, { weight: 1, arbitrary: tie('value') }),
}))

const body = fc
  .tuple(fc.array(element, { maxLength: 8 }), space)
  .map(([elements, gap]) => Buffer.from(`[${gap}${elements.join(`${gap},${gap}`)}${gap}]${gap}`))

/** A byte set to another, taken out, or cut off there. */
const damage = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('set', 'remove', 'cut'),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"\\{}[],:\n \0'))),
})

function damaged(bytes: Buffer, { at, kind, byte }: { at: number; kind: string; byte: number }): Buffer {
  const place = at % (bytes.length + 1)
  if (kind === 'cut') return bytes.subarray(0, place)
  const behind = bytes.subarray(place + 1)
  return Buffer.concat([bytes.subarray(0, place), kind === 'set' ? Buffer.of(byte) : Buffer.of(), behind])
}

describe('walking and parsing agree', () => {
  test('on every body, whole or damaged, wherever it is cut', () => {
    fc.assert(
      fc.property(body, fc.option(damage), (bytes, fault) => {
        const sent = fault ? damaged(bytes, fault) : bytes
        const expected = parsed(sent)
        const cuts = Array.from({ length: sent.length + 1 }, (_, at) => at)
        expect(cuts.filter((at) => walked(cutAt(sent, at)).join('\n') !== expected.join('\n'))).toEqual([])
      }),
      { numRuns: Number(process.env.MAILTRAIL_TEST_BODIES ?? 50) },
    )
  })

  test('on a body that comes byte by byte', () => {
    fc.assert(
      fc.property(body, (bytes) => {
        expect(walked(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(parsed(bytes))
      }),
      { numRuns: 100 },
    )
  })
})

test.each(brokenTokens)('parsing and walking refuse %j', (token) => {
  for (const value of [token, `[${token}]`, `{"b":${token}}`]) {
    const bytes = Buffer.from(`[{"Operation":"Send","a":${value}},{"Operation":"Send"}]`)
    expect(walked([bytes])).toEqual(parsed(bytes))
  }
})

test('an organization that differs in one character is another', () => {
  for (let at = 0; at < tenantId.length; at += 1) {
    const bytes = Buffer.from(`[{"Operation":"Send","OrganizationId":"${tenantId.slice(0, at)}0${tenantId.slice(at + 1)}"}]`)
    expect(walked([bytes]).join()).toMatch(/^foreign_organization at 1: /)
  }
})

const plain = '{"Operation":"MailItemsAccessed","Size":[1,{"a":null}]}'

test('plain records are walked and not parsed', () => {
  const walker = createRecordWalker(options)
  const bytes = Buffer.from(`${plain} , {"Operation":"Update"}\r\n]`)
  const selected: SelectedRecord[] = []
  walker?.load(Buffer.of(), bytes)
  const walk = walker?.walk(0, 1, selected)
  expect(walk).toEqual({ at: bytes.length, isClosed: true, isCut: false })
  expect(selected.map(({ kind }) => kind)).toEqual(['kept', 'other'])
})

test.each([
  { what: 'longer than the window', record: `{"a":"${'x'.repeat(600_000)}","Operation":"Send"}`, count: 2 },
  { what: 'as long as a piece', record: `{"a":"${'x'.repeat(262_144)}","Operation":"Send"}`, count: 3 },
  { what: 'more than are walked at a time', record: '{"a":1}', count: 12_000 },
])('records that are $what', ({ record, count }) => {
  const bytes = Buffer.from(`[${Array.from({ length: count }, () => record).join(',')}]`)
  const expected = parsed(bytes)
  expect(expected).toHaveLength(count)
  expect(walked([bytes])).toEqual(expected)
  expect(
    walked(Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, at) => bytes.subarray(at * 65_536, (at + 1) * 65_536))),
  ).toEqual(expected)
})

test.each([{ name: 'say "hello"' }, { name: 'back\\slash' }, { name: 'Größe' }, { name: 'x'.repeat(255) }])(
  'operations whose names JSON escapes, or are long, are left to parsing: $name',
  ({ name }) => {
    const operations = new Set([name])
    expect(createRecordWalker({ operations, tenantId })).toBeUndefined()
    const selector = createRecordSelector({ operations, tenantId })
    expect(selector.push(Buffer.from(`[${JSON.stringify({ Operation: name })}]`)).map(({ kind }) => kind)).toEqual(['kept'])
  },
)
