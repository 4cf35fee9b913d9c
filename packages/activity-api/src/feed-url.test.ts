import { parseTenantId } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import type { ActivityApiOptions } from './activity-api-options.ts'
import { clouds } from './clouds.ts'
import { feedUrl, ownUrl } from './feed-url.ts'
import { withPublisher } from './publisher-url.ts'

const options: ActivityApiOptions = {
  tenantId: parseTenantId('11111111-2222-4333-8444-555555555555'),
  cloud: clouds.worldwide,
  clientId: 'app',
  publisherId: 'ours',
  credentials: [{ kind: 'secret', clientSecret: 'secret' }],
  clock: Date,
}

test('an operation lies under the tenant, with one slash between parts', () => {
  expect(feedUrl(options, 'subscriptions/list').href).toBe(
    'https://manage.office.com/api/v1.0/11111111-2222-4333-8444-555555555555/activity/feed/subscriptions/list',
  )
})

test('an API root with a slash at its end makes the same address', () => {
  const cloud = { ...clouds.gcc, apiRoot: `${clouds.gcc.apiRoot}/` }
  expect(feedUrl({ ...options, cloud }, 'subscriptions/list').href).toMatch(/^https:\/\/manage-gcc\.office\.com\/api\/v1\.0\//)
})

describe(withPublisher, () => {
  test.each([
    { title: 'none', search: '', expected: '?PublisherIdentifier=ours' },
    { title: 'another', search: '?PublisherIdentifier=theirs', expected: '?PublisherIdentifier=ours' },
    { title: 'several in any case', search: '?publisheridentifier=a&x=1&PUBLISHERIDENTIFIER=b', expected: '?x=1&PublisherIdentifier=ours' },
    { title: 'an encoded one', search: '?Publisher%49dentifier=a&x=1', expected: '?x=1&PublisherIdentifier=ours' },
    { title: 'a similar name', search: '?PublisherIdentifierX=a', expected: '?PublisherIdentifierX=a&PublisherIdentifier=ours' },
    { title: 'bytes form encoding would change', search: '?t=a%2fb+c~%zz=', expected: '?t=a%2fb+c~%zz=&PublisherIdentifier=ours' },
    { title: 'empty pairs', search: '?&a=1&&', expected: '?a=1&PublisherIdentifier=ours' },
  ])('replaces $title', ({ search, expected }) => {
    expect(withPublisher(new URL(`https://manage.office.com/x${search}`), 'ours').search).toBe(expected)
  })
})

describe(ownUrl, () => {
  test.each(['https://manage.office.com/api/v1/x', 'https://manage.office.com:443/x', 'https://MANAGE.office.com/x#fragment'])(
    'takes %s',
    (address) => {
      expect(ownUrl(options, 'list-content', address).origin).toBe('https://manage.office.com')
    },
  )

  test.each([
    'https://manage.office.com.evil.example/x',
    'https://manage.office.com@evil.example/x',
    'https://someone@manage.office.com/x',
    'https://manage.office.com:8443/x',
    'https://manage-gcc.office.com/x',
    'http://manage.office.com/x',
    '//manage.office.com/x',
    '/x',
    'nothing',
    '',
  ])('refuses %s', (address) => {
    expect(() => ownUrl(options, 'list-content', address)).toThrow(expect.objectContaining({ code: 'ACTIVITY_API_FOREIGN_HOST' }))
  })

  test('refuses a cloud without TLS even its own addresses', () => {
    const cloud = { ...clouds.worldwide, apiRoot: 'http://manage.office.com' }
    expect(() => ownUrl({ ...options, cloud }, 'list-content', 'http://manage.office.com/x')).toThrow(/away from/)
  })
})

test.each(Object.entries(clouds))('the cloud %s is over TLS, at origins alone, and asks for its own API', (name, cloud) => {
  expect(cloud.name).toBe(name)
  for (const host of [cloud.loginHost, cloud.apiRoot]) expect(new URL(host)).toMatchObject({ protocol: 'https:', origin: host })
  expect(cloud.resource).toBe(cloud.apiRoot)
})
