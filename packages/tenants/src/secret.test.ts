import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { resolveSecret } from './secret.ts'

test('a secret is read from the environment, without the white space around it', async () => {
  expect(await resolveSecret('env:CONTOSO', { env: { CONTOSO: ' hunter2\n' } })).toBe('hunter2')
})

test('a secret is read from a file, without the white space around it', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'secret')
  await writeFile(path, '-----BEGIN CERTIFICATE-----\nline\n\n')
  expect(await resolveSecret(`file:${path}`)).toBe('-----BEGIN CERTIFICATE-----\nline')
})

test('a secret is read anew each time, so that it can be rotated', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'secret')
  await writeFile(path, 'old')
  await resolveSecret(`file:${path}`)
  await writeFile(path, 'new')
  expect(await resolveSecret(`file:${path}`)).toBe('new')
})

test.each([
  { title: 'the variable is not set', reference: 'env:NOT_SET' },
  { title: 'the variable is blank', reference: 'env:BLANK' },
  { title: 'the file is missing', reference: 'file:/nowhere/secret' },
  { title: 'the path is a folder', reference: 'file:/' },
])('when $title, the error names the reference, and the work waits', async ({ reference }) => {
  await expect(resolveSecret(reference, { env: { BLANK: ' \n', OTHER: 'canary' } })).rejects.toMatchObject({
    code: 'SECRET_UNAVAILABLE',
    message: expect.stringContaining(reference),
    retry: { again: true, afterMs: 60_000 },
  })
})

test.each(['canary', 'canary:X', 'env:', 'constructor:canary'])(
  '%j is no reference, may be the secret itself, and is not repeated',
  async (reference) => {
    const error = await resolveSecret(reference, { env: { '': 'x' } }).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'SECRET_UNAVAILABLE', message: expect.stringContaining('env:NAME') })
    expect(error.message).not.toContain('canary')
  },
)
