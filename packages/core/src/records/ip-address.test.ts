import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isExchangeOnlineAddress, isInRange, normalizeAddress, parseAddressRange } from './ip-address.ts'

describe(normalizeAddress, () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:51234', '203.0.113.7'],
    ['[203.0.113.7]', '203.0.113.7'],
    ['[203.0.113.7]:51234', '203.0.113.7'],
    ['\t203.0.113.7 \r\n', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:DB8::1]:51234', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['::ffff:ae14:0102', '174.20.1.2'],
    ['0:0:0:0:0:ffff:174.20.1.2', '174.20.1.2'],
    ['0000:0000:0000:0000:0000:FFFF:AE14:0102', '174.20.1.2'],
    ['[::ffff:174.20.1.2]:443', '174.20.1.2'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%12]:80', 'fe80::1'],
    ['::1', '::1'],
    ['::', '::'],
    ['0.0.0.0', '0.0.0.0'],
  ])('%j is %s', (raw, address) => expect(normalizeAddress(raw)).toBe(address))

  test.each([
    '',
    'localhost',
    'mail.example.com',
    'NAME (10.0.0.1)',
    '10.900.0.1',
    '256.1.1.1',
    '10.1',
    '1',
    '2886794753',
    '0x7f.1',
    '0x7f.0.0.1',
    '010.0.0.1',
    '10.0.0.01',
    '10.0.0.1.',
    '10.0.0.1:',
    '10.0.0.1:70000',
    '10.0.0.1/8',
    '[10.0.0.1',
    '[10.0.0.1]443',
    '[]',
    '::ffff:010.0.0.1',
    '::ffff:0x7f.0.0.1',
    '::ffff:10.1',
    'ffff:10.11.0.229',
    '1:2:3:4:5:6:7',
    '1::2::3',
    '12345::',
    '2001:db8::1%',
    '10.0.0.1, 10.0.0.2',
    '<null>',
  ])('%j is no address', (raw) => expect(normalizeAddress(raw)).toBeUndefined())

  test('all spellings of one address have one key, and it is its own', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 65_535 }), (address, port) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
        const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
        const hosts = [address, `::ffff:${address}`, `::FFFF:${hex.toUpperCase()}`, `0:0:0:0:0:ffff:${hex}`]
        const spellings = hosts.flatMap((host) => [host, ` ${host}\n`, `[${host}]`, `[${host}]:${port}`])
        expect(new Set([...spellings, `${address}:${port}`].map(normalizeAddress))).toEqual(new Set([address]))
      }),
    )
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const key = normalizeAddress(address)
        const spellings = [address.toUpperCase(), ` [${address}]`, `[${address}]:25`, `${address}%eth0`, key ?? '']
        expect(isIP(key ?? '')).not.toBe(0)
        expect(new Set(spellings.map(normalizeAddress))).toEqual(new Set([key]))
      }),
    )
  })

  test('takes nothing for an address that the system does not', () => {
    const text = fc.string({ unit: fc.constantFrom('0', '1', '255', 'ffff', '.', ':', '::', '0x', '10.0.0.1'), maxLength: 9 })
    fc.assert(
      fc.property(text, (host) => {
        const isAddress = isIP(host.replace(/^([\d.]+):\d{1,5}$/, '$1')) !== 0
        expect(normalizeAddress(host) !== undefined).toBe(isAddress)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe(parseAddressRange, () => {
  test.each([
    ['174.20.0.0/16', { network: '174.20.0.0', prefixLength: 16 }],
    [' 174.20.9.1/16 ', { network: '174.20.0.0', prefixLength: 16 }],
    ['0.0.0.0/0', { network: '0.0.0.0', prefixLength: 0 }],
    ['174.20.1.2', { network: '174.20.1.2', prefixLength: 32 }],
    ['2001:DB8::/32', { network: '2001:db8::', prefixLength: 32 }],
    ['2001:db8::1', { network: '2001:db8::1', prefixLength: 128 }],
    ['::ffff:174.20.0.0/112', { network: '174.20.0.0', prefixLength: 16 }],
    ['0:0:0:0:0:ffff:174.20.0.0/112', { network: '174.20.0.0', prefixLength: 16 }],
    ['::ffff:174.20.1.2', { network: '174.20.1.2', prefixLength: 32 }],
  ])('reads %j', (text, range) => expect(parseAddressRange(text)).toEqual(range))

  test.each([
    '',
    '174.20',
    '174.20.*',
    '174.20.0.0/33',
    '174.20.0.0/',
    '174.20.0.0/-1',
    '174.20.0.0/16/2',
    '2001:db8::/129',
    '::ffff:0:0/95',
    'evil.example/8',
  ])('refuses %j and says what to write', (text) => {
    expect(() => parseAddressRange(text)).toThrow(
      expect.objectContaining({ code: 'ADDRESS_RANGE_INVALID', message: expect.stringContaining('write 174.20.0.0/16') }),
    )
  })
})

describe(isInRange, () => {
  test.each([
    { address: '174.20.1.1', range: '174.20.0.0/16', expected: true },
    { address: '174.200.1.1', range: '174.20.0.0/16', expected: false },
    { address: '174.20.255.255', range: '174.20.0.0/16', expected: true },
    { address: '174.21.0.0', range: '174.20.0.0/16', expected: false },
    { address: '174.20.1.1', range: '174.20.1.1', expected: true },
    { address: '174.20.1.10', range: '174.20.1.1', expected: false },
    { address: '2001:db8:1::1', range: '2001:db8::/32', expected: true },
    { address: '2001:db80::1', range: '2001:db8::/32', expected: false },
    { address: '174.20.1.1', range: '::/0', expected: false },
    { address: '::1', range: '0.0.0.0/0', expected: false },
    { address: 'localhost', range: '0.0.0.0/0', expected: false },
  ])('$address in $range: $expected', ({ address, range, expected }) => {
    expect(isInRange(address, parseAddressRange(range))).toBe(expected)
  })
})

describe(isExchangeOnlineAddress, () => {
  test.each([
    ['2603:10a6:800:1c::14', true],
    ['2603:10a7::1', false],
    ['203.0.113.7', false],
  ])('%s: %s', (address, expected) => expect(isExchangeOnlineAddress(address)).toBe(expected))
})
