import { MailtrailError, minuteMs } from '@mailtrail/core'
import { expect, test } from 'vitest'
import { openPlace, tenant } from '../test/place.ts'
import { createTenantBrakes } from './tenant-brakes.ts'

const now = Date.parse('2024-03-11T00:00:00Z')

test.each([
  { code: 'ACTIVITY_API_AUDITING_OFF', minutes: 60 },
  { code: 'ACTIVITY_API_ACCESS_BLOCKED', minutes: 15 },
  { code: 'SECRET_UNAVAILABLE', minutes: 5 },
])('$code holds a tenant back for $minutes minutes, and nobody else, until it is released', async ({ code, minutes }) => {
  await using place = await openPlace()
  const brakes = createTenantBrakes(place.redis)
  const error = new MailtrailError(code, 'Off.', { retry: { again: true } })
  expect(await brakes.hold(tenant(1), error, now)).toMatchObject({ code, message: 'Off.', retry: { again: false }, cause: error })
  expect(await brakes.read(tenant(1))).toEqual({ code, until: now + minutes * minuteMs })
  expect(await brakes.read(tenant(2))).toBeUndefined()
  await brakes.release(tenant(1))
  expect(await brakes.read(tenant(1))).toBeUndefined()
})

test.each([
  { title: 'throttling', error: new MailtrailError('ACTIVITY_API_THROTTLED', 'Busy.') },
  { title: 'a single content', error: new MailtrailError('ACTIVITY_API_CONTENT_MISSING', 'Gone.') },
  { title: 'an unexpected error', error: new Error('x') },
])('$title holds nobody back', async ({ error }) => {
  await using place = await openPlace()
  const brakes = createTenantBrakes(place.redis)
  expect(await brakes.hold(tenant(1), error, now)).toBe(error)
  expect(await brakes.read(tenant(1))).toBeUndefined()
})
