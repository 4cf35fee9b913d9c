import { describe, expect, test } from 'vitest'
import { secretReferenceSchema, tenantSecretReferenceSchema } from './secret-reference.ts'

describe('a reference to a secret', () => {
  test.each([
    'env:CONTOSO_SECRET',
    'file:/run/secrets/contoso 1',
    'file:secrets/contoso',
    'aws-sm:mailtrail/contoso',
    'aws-sm:arn:aws:secretsmanager:eu-central-1:111122223333:secret:contoso-AbCdEf#clientSecret',
    'azure-kv:contoso-vault/mailtrail-app',
    'azure-kv:contoso.vault.azure.cn/mailtrail-app/0123456789abcdef0123456789abcdef',
  ])('is %s', (text) => {
    expect(secretReferenceSchema.parse(text)).toBe(text)
    expect(tenantSecretReferenceSchema.parse(text)).toBe(text)
  })

  test.each([
    '',
    'canary',
    'env:',
    ' env:X',
    'ENV:X',
    'env:X Y',
    'file:',
    'vault:x',
    'aws-sm:',
    'aws-sm:#canary',
    'azure-kv:vault',
    'azure-kv:a@b/canary',
    'azure-kv:vault/name/version/canary',
    'sealed:v2:canary',
    'sealed:v1:',
    'env:X\nfile:Y',
  ])('is not %j, which is not repeated', (text) => {
    const error = tenantSecretReferenceSchema.safeParse(text).error
    expect(error?.message).toContain('env:NAME')
    expect(error?.message).not.toContain('canary')
  })

  test('may be sealed where it belongs to a tenant', () => {
    expect(tenantSecretReferenceSchema.safeParse('sealed:v1:AAAA_-').success).toBe(true)
    expect(secretReferenceSchema.safeParse('sealed:v1:AAAA_-').success).toBe(false)
  })
})
