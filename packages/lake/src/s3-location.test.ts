import { describe, expect, test } from 'vitest'
import { parseS3Location } from './s3-location.ts'

describe(parseS3Location, () => {
  test.each([
    { location: 's3://acme', bucket: 'acme', prefix: '' },
    { location: 's3://acme/', bucket: 'acme', prefix: '' },
    { location: 's3://acme.evidence-1/fleet', bucket: 'acme.evidence-1', prefix: 'fleet/' },
    { location: 's3://acme/a/b=c/', bucket: 'acme', prefix: 'a/b=c/' },
  ])('$location is bucket $bucket and prefix "$prefix"', ({ location, ...parts }) => {
    expect(parseS3Location(location)).toEqual(parts)
  })

  test.each([
    's3:',
    's3://',
    's3:acme',
    's3://Acme',
    's3://a',
    's3://acme//b',
    's3://acme/../b',
    's3://acme/.',
    's3://a b/c',
    's3://acme/ä',
    's3://key:secret@acme',
  ])('%j is no place in S3', (location) => {
    expect(() => parseS3Location(location)).toThrow(expect.objectContaining({ code: 'LAKE_LOCATION_INVALID' }))
  })
})
