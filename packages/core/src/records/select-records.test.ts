import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTenantId } from '../tenant-id.ts'
import { maxRecordDepth, type SelectedRecord } from './judge-record.ts'
import { createRecordSelector } from './select-records.ts'

const tenantId = parseTenantId('11111111-aaaa-4333-8444-555555555555')
const otherTenant = '99999999-2222-4333-8444-555555555555'
const operations = new Set(['MailItemsAccessed'])
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function select(...chunks: Uint8Array[]): SelectedRecord[] {
  const selector = createRecordSelector({ operations, tenantId })
  return [...chunks.flatMap((chunk) => selector.push(chunk)), ...selector.end()]
}

/** What became of the only element: `kept`, `other`, or the reason of its quarantine. */
function fateOf(element: string | Uint8Array): string {
  const bytes = typeof element === 'string' ? encoder.encode(element) : element
  const [selected] = select(encoder.encode('['), bytes, encoder.encode(']'))
  return selected?.kind === 'quarantined' ? selected.reason : String(selected?.kind)
}

describe(createRecordSelector, () => {
  test.each([
    { fate: 'kept', element: '{"Operation":"MailItemsAccessed"}' },
    { fate: 'kept', element: '{ "Id" : 1 , "Operation"\r\n:\t"MailItemsAccessed" }' },
    { fate: 'kept', element: '{"Operation":"MailItemsAccessed","RecordType":50}' },
    { fate: 'kept', element: '{"RecordType":2,"Operation":"MailItemsAccessed"}' },
    { fate: 'kept', element: '{"Operation":"\\u004dailItemsAccessed"}' },
    { fate: 'kept', element: '{"Oper\\u0061tion":"MailItemsAccessed"}' },
    { fate: 'kept', element: '{"Operation":"Send","Operation":"MailItemsAccessed"}' },
    { fate: 'kept', element: `{"Operation":"MailItemsAccessed","OrganizationId":"${tenantId.toUpperCase()}"}` },
    { fate: 'kept', element: '{"Operation":"MailItemsAccessed","OrganizationId":null}' },
    { fate: 'other', element: '{"Operation":"MailItemsAccessed","Operation":"Send"}' },
    { fate: 'other', element: '{"Operation":"Send","Item":{"Operation":"MailItemsAccessed"}}' },
    { fate: 'other', element: '{"Operation":"Send","Subject":"\\"Operation\\":\\"MailItemsAccessed\\""}' },
    { fate: 'other', element: '{"Operation":"Set-Mailbox","Parameters":"MailItemsAccessed"}' },
    { fate: 'other', element: '{"Operation":"mailitemsaccessed"}' },
    { fate: 'other', element: '{"Operation":"MailItemsAccessed "}' },
    { fate: 'other', element: '{"operation":"MailItemsAccessed"}' },
    { fate: 'other', element: '{"Operation":["MailItemsAccessed"]}' },
    { fate: 'other', element: '{"Operation":"AttachmentAccess","RecordType":50}' },
    { fate: 'other', element: '{}' },
    { fate: 'not_object', element: '"MailItemsAccessed"' },
    { fate: 'not_object', element: '[{"Operation":"MailItemsAccessed"}]' },
    { fate: 'not_object', element: 'null' },
    { fate: 'not_json', element: '{"Operation":"MailItemsAccessed",}' },
    { fate: 'not_json', element: '{"Operation":"MailItemsAccessed"} {}' },
    { fate: 'not_json', element: '{"Operation":"MailItemsAccessed","Subject":"line\nend"}' },
    { fate: 'not_json', element: '\ufeff{"Operation":"MailItemsAccessed"}' },
    { fate: 'too_deep', element: `{"Operation":"MailItemsAccessed","a":${'['.repeat(maxRecordDepth)}${']'.repeat(maxRecordDepth)}}` },
    { fate: 'kept', element: `{"Operation":"MailItemsAccessed","a":${'['.repeat(maxRecordDepth - 1)}${']'.repeat(maxRecordDepth - 1)}}` },
    { fate: 'foreign_organization', element: `{"Operation":"MailItemsAccessed","OrganizationId":"${otherTenant}"}` },
    { fate: 'foreign_organization', element: `{"Operation":"Send","OrganizationId":"${otherTenant}"}` },
    { fate: 'foreign_organization', element: '{"Operation":"MailItemsAccessed","OrganizationId":7}' },
  ])('$element is $fate', ({ fate, element }) => expect(fateOf(element)).toBe(fate))

  test('bytes that are no UTF-8 are quarantined as they came, with their place', () => {
    const element = Uint8Array.of(0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc3, 0x28, 0x22, 0x7d)
    expect(select(encoder.encode('[{}, '), element, encoder.encode(']'))).toEqual([
      { kind: 'other' },
      { kind: 'quarantined', offset: 5, bytes: element, reason: 'not_utf8' },
    ])
  })

  test('a kept line is the bytes as sent, on one line', () => {
    const sent = '{\r\n "Size" : 1156492.00, "Big":9007199254740993,\n "Subject":"a\\r\\nb \\/ \\u00e9", "Operation":"MailItemsAccessed"}'
    const [kept] = select(encoder.encode(`[${sent}]`))
    const line = kept?.kind === 'kept' ? decoder.decode(kept.line) : ''
    expect(line).toBe(sent.replaceAll(/[\r\n]/g, ' '))
    expect(JSON.parse(line)).toEqual(JSON.parse(sent))
  })

  test('the chunk stays as it was sent, whatever its lines', () => {
    const sent = '[{"Operation":"MailItemsAccessed"},{"Operation":\n"MailItemsAccessed"}]'
    const chunk = encoder.encode(sent)
    select(chunk)
    expect(decoder.decode(chunk)).toBe(sent)
  })

  test('one broken record loses no other', () => {
    const kinds = select(encoder.encode('[{"Operation":"MailItemsAccessed"},{oops},{"Operation":"MailItemsAccessed"}]')).map(
      ({ kind }) => kind,
    )
    expect(kinds).toEqual(['kept', 'quarantined', 'kept'])
  })

  test('records before a fault of the body are given first', () => {
    const selector = createRecordSelector({ operations, tenantId })
    expect(selector.push(encoder.encode('[{"Operation":"MailItemsAccessed"}]garbage'))).toHaveLength(1)
    expect(() => selector.end()).toThrow(expect.objectContaining({ code: 'BODY_TRAILING' }))
  })
})

/** The selection in the plainest words: parse each element, look at it. */
function referenceFate(element: string): string {
  let value: unknown
  try {
    value = JSON.parse(element)
  } catch {
    return 'not_json'
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_object'
  const { Operation, OrganizationId } = value as { Operation?: unknown; OrganizationId?: unknown }
  const isOurs = [undefined, null, '', tenantId].includes(
    typeof OrganizationId === 'string' ? OrganizationId.toLowerCase() : (OrganizationId as null),
  )
  if (!isOurs) return 'foreign_organization'
  return Operation === 'MailItemsAccessed' ? 'kept' : 'other'
}

const space = fc.constantFrom('', '', ' ', '\r\n\t')
const key = fc.constantFrom('"Operation"', '"Oper\\u0061tion"', '"operation"', '"OrganizationId"', '"Id"', '"Item"', '"\\"Operation\\""')
const leaf = fc.constantFrom(
  '"MailItemsAccessed"',
  '"\\u004dailItemsAccessed"',
  '"Send"',
  '"\\"Operation\\":\\"MailItemsAccessed\\""',
  `"${tenantId}"`,
  `"${tenantId.toUpperCase()}"`,
  `"${otherTenant}"`,
  '""',
  'null',
  '1e-7',
  'oops',
)
const { element: elements } = fc.letrec<{ element: string; object: string }>((tie) => ({
  element: fc.oneof({ weight: 5, arbitrary: tie('object') }, { weight: 1, arbitrary: leaf }),
  object: fc
    .tuple(
      space,
      fc.array(fc.tuple(key, space, fc.oneof({ maxDepth: 3, depthIdentifier: 'object' }, leaf, tie('object'))), { maxLength: 4 }),
    )
    .map(([gap, members]) => `{${gap}${members.map(([name, before, value]) => `${name}${before}:${value}${gap}`).join(',')}}`),
}))

describe('selection', () => {
  test('agrees with parsing every element, wherever the body is cut', () => {
    fc.assert(
      fc.property(fc.array(elements, { maxLength: 6 }), space, fc.nat(), (parts, gap, at) => {
        const body = encoder.encode(`[${parts.map((part) => `${gap}${part}${gap}`).join(',')}]`)
        const cut = at % (body.length + 1)
        const fates = select(body.subarray(0, cut), body.subarray(cut)).map((one) => (one.kind === 'quarantined' ? one.reason : one.kind))
        expect(fates).toEqual(parts.map(referenceFate))
      }),
      { numRuns: 500 },
    )
  })
})
