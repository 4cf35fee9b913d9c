import { readFile } from 'node:fs/promises'
import { MailtrailError } from '@mailtrail/core'

/**
 * The secret behind a reference, read at the moment it is used.
 *
 * @param reference - `env:NAME` or `file:PATH`
 * @throws {@link MailtrailError} `SECRET_UNAVAILABLE`, naming the reference and never its value
 */
export async function resolveSecret(reference: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const [, kind, name = ''] = /^(env|file):(.+)$/s.exec(reference) ?? []
  if (kind === undefined) {
    // It may be the secret itself, written where its reference belongs.
    throw new MailtrailError('SECRET_UNAVAILABLE', 'A reference to a secret is neither env:NAME nor file:PATH. Correct it where it is set.')
  }
  const value = kind === 'env' ? env[name] : await readFile(name, 'utf8').catch(() => undefined)
  if (value === undefined || value.trim() === '') {
    throw new MailtrailError('SECRET_UNAVAILABLE', `The secret ${reference} is not there or empty. Provide it, then work goes on.`, {
      retry: { again: true, afterMs: 60_000 },
    })
  }
  return value.trim()
}
