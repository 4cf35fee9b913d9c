import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { eventDate, parseCreationTime } from './creation-time.ts'

describe(parseCreationTime, () => {
  test.each([
    ['2021-05-16T18:00:30', '2021-05-16T18:00:30.000Z'],
    ['2021-05-16T18:00:30Z', '2021-05-16T18:00:30.000Z'],
    ['2021-08-02T13:32:07.0000000Z', '2021-08-02T13:32:07.000Z'],
    ['2021-08-02T13:32:07.1239999', '2021-08-02T13:32:07.123Z'],
    ['2021-08-02T13:32:07.5', '2021-08-02T13:32:07.500Z'],
    ['2022-12-12 22:19:00', '2022-12-12T22:19:00.000Z'],
    [' 2022-12-12T22:19:00 ', '2022-12-12T22:19:00.000Z'],
    ['2024-03-31T01:30:00+02:00', '2024-03-30T23:30:00.000Z'],
    ['2024-03-10T02:30:00-0530', '2024-03-10T08:00:00.000Z'],
    ['2024-02-29T00:00:00', '2024-02-29T00:00:00.000Z'],
    ['2000-01-01T00:00:00', '2000-01-01T00:00:00.000Z'],
    ['2100-12-31T23:59:59.999', '2100-12-31T23:59:59.999Z'],
  ])('reads %j as %s', (text, iso) => expect(parseCreationTime(text)).toBe(Date.parse(iso)))

  test.each([
    '',
    'yesterday',
    '2021-05-16',
    '2021-02-29T00:00:00',
    '2021-13-01T00:00:00',
    '2021-00-01T00:00:00',
    '2021-01-32T00:00:00',
    '2021-01-01T24:00:00',
    '2021-01-01T00:60:00',
    '2021-01-01T00:00:60',
    '2021-01-01T00:00:00.12345678',
    '2021-01-01T00:00:00+15:00',
    '2021-01-01T00:00:00 GMT',
    '0001-01-01T00:00:00',
    '1999-12-31T23:59:59',
    '2000-01-01T00:00:00+01:00',
    '2101-01-01T00:00:00',
    '9999-12-31T23:59:59',
    '8/2/2021 1:32:07 PM',
    1627911127000,
    null,
    undefined,
    {},
  ])('does not take %j for a time', (value) => {
    expect(parseCreationTime(value)).toBeUndefined()
    expect(eventDate(value)).toBe('unknown')
  })

  test('names the UTC date', () => {
    expect(eventDate('2024-03-14T23:59:59')).toBe('2024-03-14')
    expect(eventDate('2024-03-14T23:59:59-01:00')).toBe('2024-03-15')
  })

  test.each(['America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'])('is the same in a process of time zone %s', (TZ) => {
    const module = new URL('creation-time.ts', import.meta.url).href
    const script = `const { parseCreationTime } = await import('${module}'); console.log(parseCreationTime('2024-03-10T02:30:00'))`
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, TZ }, encoding: 'utf8' })
    expect(Number(printed)).toBe(Date.parse('2024-03-10T02:30:00Z'))
  })
})
