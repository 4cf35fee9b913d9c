import { parseTenantId } from '@mailtrail/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newMasterKey, parseMasterKey } from './master-key.ts'
import { openSealed, sealSecret } from './sealed-secret.ts'
import { readMasterKey, resolveSecret } from './secret.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const otherTenant = parseTenantId('99999999-2222-4333-8444-555555555555')
const env = { KEY: newMasterKey(), OTHER_KEY: newMasterKey() }
const key = parseMasterKey(env.KEY)
const context = { env, tenantId, masterKey: 'env:KEY' }

test('what was sealed opens to the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (secret) => openSealed(sealSecret(secret, tenantId, key), tenantId, key) === secret),
  )
})

test('a sealed reference is resolved like any other, and holds nothing of the secret', async () => {
  const reference = sealSecret('hunter2', tenantId, await readMasterKey(context))
  expect(reference).toMatch(/^sealed:v1:[\w-]+$/)
  expect(Buffer.from(reference.slice(10), 'base64url').toString('latin1')).not.toContain('hunter2')
  expect(await resolveSecret(reference, context)).toBe('hunter2')
})

test('the same secret is sealed differently each time', () => {
  const sealed = Array.from({ length: 50 }, () => sealSecret('hunter2', tenantId, key))
  expect(new Set(sealed.map((reference) => Buffer.from(reference.slice(10), 'base64url').subarray(0, 12).toString('hex'))).size).toBe(50)
})

describe('a sealed secret does not open', () => {
  const reference = sealSecret('canary', tenantId, key)
  const sealed = Buffer.from(reference.slice(10), 'base64url')
  const refused = { code: 'SEALED_SECRET_INVALID', retry: { again: false } }

  test('for another tenant', async () => {
    await expect(resolveSecret(reference, { ...context, tenantId: otherTenant })).rejects.toMatchObject(refused)
  })

  test('under another master key', async () => {
    const error = await resolveSecret(reference, { ...context, masterKey: 'env:OTHER_KEY' }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ ...refused, message: expect.stringContaining(tenantId) })
    expect(String(error)).not.toContain('canary')
  })

  test('with any bit of it changed', () => {
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.nat(7), (index, bit) => {
        const changed = Buffer.from(sealed)
        changed[index] = (changed[index] ?? 0) ^ (1 << bit)
        expect(() => openSealed(`sealed:v1:${changed.toString('base64url')}`, tenantId, key)).toThrow('does not open')
      }),
    )
  })

  test('cut short anywhere', () => {
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => openSealed(`sealed:v1:${sealed.subarray(0, length).toString('base64url')}`, tenantId, key)).toThrow('does not open')
    }
  })

  test('without a tenant it belongs to', async () => {
    const { tenantId: _, ...none } = context
    await expect(resolveSecret(reference, none)).rejects.toMatchObject({ code: 'SECRET_UNAVAILABLE' })
  })
})

describe('a master key', () => {
  test.each(['', 'canary', Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64'), `${env.KEY}canary`])(
    'is not %j, which is not repeated',
    async (text) => {
      const error = await readMasterKey({ env: { KEY: text || ' ' }, masterKey: 'env:KEY' }).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: text === '' ? 'SECRET_UNAVAILABLE' : 'MASTER_KEY_INVALID' })
      expect(String(error)).not.toContain('canary')
    },
  )

  test('must be named before anything is sealed', async () => {
    await expect(readMasterKey({})).rejects.toMatchObject({ code: 'MASTER_KEY_INVALID', message: expect.stringContaining('masterKey') })
  })
})
