import { describe, expect, test } from 'vitest'
import { canonicalJson, parseJsonKeepingNumbers, rawJson } from './json-text.ts'

describe(parseJsonKeepingNumbers, () => {
  test.each(['{"SizeInBytes":1156492.00}', '[1e3,-0,12345678901234567890]', '{"a":[{"b":0.10}],"c":"1.00"}', '[1,2.5,-3,null,true]'])(
    'prints %s again as it was',
    (text) => {
      expect(JSON.stringify(parseJsonKeepingNumbers(text))).toBe(text)
    },
  )

  test('leaves numbers alone that print the same', () => {
    expect(parseJsonKeepingNumbers('{"pageSize":200}')).toEqual({ pageSize: 200 })
  })
})

describe(canonicalJson, () => {
  test.each([
    {
      title: 'keys by code unit, at every depth',
      value: { b: 1, a: { d: 1, C: 2 }, é: 0, '😀': 1, '\uFB01': 2 },
      text: '{"a":{"C":2,"d":1},"b":1,"é":0,"😀":1,"ﬁ":2}',
    },
    { title: 'lists in their order', value: [3, [1, 2], []], text: '[3,[1,2],[]]' },
    { title: 'number tokens as sent', value: { size: rawJson('1156492.00') }, text: '{"size":1156492.00}' },
    { title: 'strings as JSON.stringify prints them', value: [rawJson('"\\u0041\\/"'), 'é\n', '\u2028'], text: '["A/","é\\n","\u2028"]' },
    { title: 'literals', value: [null, true, false], text: '[null,true,false]' },
  ])('prints $title', ({ value, text }) => {
    expect(canonicalJson(value)).toBe(text)
  })
})
