import { describe, expect, test } from 'vitest'
import { parseBlobLocation } from './blob-location.ts'

describe(parseBlobLocation, () => {
  test.each([
    { location: 'abfss://evidence@acme', endpoint: 'https://acme.blob.core.windows.net', prefix: '' },
    { location: 'abfss://evidence@acme/', endpoint: 'https://acme.blob.core.windows.net', prefix: '' },
    { location: 'abfss://evidence@acme/fleet', endpoint: 'https://acme.blob.core.windows.net', prefix: 'fleet/' },
    { location: 'abfss://evidence@acme/fleet/one/', endpoint: 'https://acme.blob.core.windows.net', prefix: 'fleet/one/' },
    { location: 'abfss://evidence@acme.dfs.core.windows.net/a', endpoint: 'https://acme.blob.core.windows.net', prefix: 'a/' },
    { location: 'abfss://evidence@acme.dfs.core.chinacloudapi.cn', endpoint: 'https://acme.blob.core.chinacloudapi.cn', prefix: '' },
    { location: 'abfss://evidence@acme.blob.core.usgovcloudapi.net', endpoint: 'https://acme.blob.core.usgovcloudapi.net', prefix: '' },
  ])('$location is below $endpoint', ({ location, endpoint, prefix }) => {
    const place = location.replace(/\/$/, '')
    expect(parseBlobLocation(location)).toEqual({ container: 'evidence', account: 'acme', endpoint, prefix, place })
  })

  test('an endpoint of the settings goes before that of the account', () => {
    const { account, endpoint } = parseBlobLocation('abfss://evidence@acme/fleet', 'http://127.0.0.1:10000/acme/')
    expect({ account, endpoint }).toEqual({ account: 'acme', endpoint: 'http://127.0.0.1:10000/acme' })
  })

  test.each([
    'abfss:',
    'abfss://evidence',
    'abfss://@acme',
    'abfss://evidence@',
    'abfss://Evidence@acme',
    'abfss://ev@acme',
    'abfss://evidence@acme/../x',
    'abfss://evidence@acme//x',
    'abfss://evidence@acme:key@host',
    'abfs://evidence@acme',
    'https://acme.blob.core.windows.net/evidence',
  ])('%s is no place', (location) => {
    expect(() => parseBlobLocation(location)).toThrow(expect.objectContaining({ code: 'LAKE_LOCATION_INVALID' }))
  })

  test('a signature in a location is refused, and not repeated', () => {
    expect(() => parseBlobLocation('abfss://evidence@acme/fleet?sv=1&sig=canary')).toThrow(
      expect.objectContaining({ code: 'LAKE_LOCATION_INVALID', message: expect.not.stringContaining('canary') }),
    )
  })
})
