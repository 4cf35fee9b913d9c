import { hourMs, parseTenantId } from '@mailtrail/core'
import { createFolderStore } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openConsentState, refuseUsedState, signConsentState, useConsentState } from './consent-state.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const masterKey = Buffer.alloc(32, 1)
const now = Date.parse('2024-03-14T12:00:00Z')
const request = { clientId: '22222222-3333-4444-8555-666666666666', cloud: 'gcc', tenantId }

describe('a state', () => {
  test('says what it was made for', () => {
    expect(openConsentState(signConsentState(request, masterKey, now), masterKey, now)).toMatchObject({
      ...request,
      expiresAt: now + 24 * hourMs,
    })
    const { tenantId: _, ...anywhere } = request
    expect(openConsentState(signConsentState(anywhere, masterKey, now), masterKey, now).tenantId).toBeUndefined()
  })

  test('is never made twice', () => {
    expect(signConsentState(request, masterKey, now)).not.toBe(signConsentState(request, masterKey, now))
  })

  test.each([
    { title: 'just before 24 hours', after: 24 * hourMs - 1, code: undefined },
    { title: 'after 24 hours', after: 24 * hourMs, code: 'CONSENT_STATE_EXPIRED' },
    { title: 'after a year', after: 8_760 * hourMs, code: 'CONSENT_STATE_EXPIRED' },
  ])('$title is $code', ({ after, code }) => {
    const open = () => openConsentState(signConsentState(request, masterKey, now), masterKey, now + after)
    if (code === undefined) expect(open()).toMatchObject(request)
    else expect(open).toThrow(expect.objectContaining({ code }))
  })

  test('with any byte changed is not ours', () => {
    const state = signConsentState(request, masterKey, now)
    fc.assert(
      fc.property(fc.nat(state.indexOf('.') - 1), fc.constantFrom(...'abcXYZ019-_'), (at, letter) => {
        fc.pre(state[at] !== letter)
        expect(() => openConsentState(`${state.slice(0, at)}${letter}${state.slice(at + 1)}`, masterKey, now)).toThrow(/was not made here/)
      }),
    )
  })

  test.each([
    { title: 'of another key', make: () => signConsentState(request, Buffer.alloc(32, 2), now) },
    { title: 'without a signature', make: () => signConsentState(request, masterKey, now).split('.')[0] ?? '' },
    { title: 'with an empty signature', make: () => `${signConsentState(request, masterKey, now).split('.')[0]}.` },
    {
      title: 'with the signature of another',
      make: () => swapped(signConsentState(request, masterKey, now), signConsentState(request, masterKey, now)),
    },
    { title: 'with a third part', make: () => `${signConsentState(request, masterKey, now)}.x` },
    { title: 'that is empty', make: () => '' },
    { title: 'that is anything', make: () => '../../control' },
  ])('$title is not ours', ({ make }) => {
    expect(() => openConsentState(make(), masterKey, now)).toThrow(expect.objectContaining({ code: 'CONSENT_STATE_INVALID' }))
  })

  test('holds neither the key nor a key made from it', () => {
    const state = signConsentState(request, masterKey, now)
    expect(Buffer.from(state, 'base64url').includes(masterKey)).toBe(false)
  })
})

test('a state can be used once, even by ten at once', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const state = openConsentState(signConsentState(request, masterKey, now), masterKey, now)
  await refuseUsedState(lake, state)
  const uses = await Promise.allSettled(Array.from({ length: 10 }, () => useConsentState(lake, state, { tenantId, usedAt: now })))
  expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await expect(useConsentState(lake, state, { tenantId, usedAt: now })).rejects.toMatchObject({ code: 'CONSENT_STATE_USED' })
  await expect(refuseUsedState(lake, state)).rejects.toMatchObject({ code: 'CONSENT_STATE_USED' })
  const other = openConsentState(signConsentState(request, masterKey, now), masterKey, now)
  await useConsentState(lake, other, { tenantId, usedAt: now })
})

function swapped(payload: string, signature: string): string {
  return `${payload.split('.')[0]}.${signature.split('.')[1]}`
}
