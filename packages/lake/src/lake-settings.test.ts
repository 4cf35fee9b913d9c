import { describe, expect, test } from 'vitest'
import { settingsFor } from './lake-settings.ts'

const lakes = {
  's3://acme': { region: 'bucket' },
  's3://acme/tenants/': { region: 'folder' },
  's3://acme/tenants/1': { region: 'tenant' },
  'abfss://evidence@acme': { endpoint: 'https://acme' },
}

describe(settingsFor, () => {
  test.each([
    { location: 's3://acme', settings: { region: 'bucket' } },
    { location: 's3://acme/', settings: { region: 'bucket' } },
    { location: 's3://acme/fleet', settings: { region: 'bucket' } },
    { location: 's3://acme/tenants', settings: { region: 'folder' } },
    { location: 's3://acme/tenants/2', settings: { region: 'folder' } },
    { location: 's3://acme/tenants/1', settings: { region: 'tenant' } },
    { location: 's3://acme/tenants/12', settings: { region: 'folder' } },
    { location: 's3://acme-of-another', settings: {} },
    { location: 'abfss://evidence@acme/lake', settings: { endpoint: 'https://acme' } },
    { location: 'file:/s3://acme', settings: {} },
  ])('$location gets $settings', ({ location, settings }) => {
    expect(settingsFor(location, lakes)).toEqual(settings)
  })
})
