import { hourMs, MailtrailError } from '@mailtrail/core'
import { expect, test } from 'vitest'
import { openPlace, tenant } from '../test/place.ts'
import { createTenantBrakes } from './tenant-brakes.ts'

const now = Date.parse('2024-03-11T00:00:00Z')
const auditingOff = new MailtrailError('ACTIVITY_API_AUDITING_OFF', 'Off.')

test('what refuses a whole tenant holds it back, and nobody else, until it is released', async () => {
  await using place = await openPlace()
  const brakes = createTenantBrakes(place.redis)
  expect(await brakes.hold(tenant(1), auditingOff, now)).toBe(true)
  expect(await brakes.read(tenant(1))).toEqual({ code: 'ACTIVITY_API_AUDITING_OFF', until: now + hourMs })
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
  expect(await brakes.hold(tenant(1), error, now)).toBe(false)
  expect(await brakes.read(tenant(1))).toBeUndefined()
})
