import { readFile } from 'node:fs/promises'
import { MailtrailError, type TenantId } from '@mailtrail/core'
import { parseMasterKey } from './master-key.ts'
import { readAwsSecret } from './read-aws-secret.ts'
import { readAzureSecret } from './read-azure-secret.ts'
import { openSealed } from './sealed-secret.ts'

/** What a reference may need beside itself. */
export interface SecretContext {
  readonly env?: NodeJS.ProcessEnv
  /** The tenant that a sealed secret must belong to. */
  readonly tenantId?: TenantId
  /** Reference to the fleet's master key, `env:NAME` or `file:PATH`. */
  readonly masterKey?: string | undefined
}

type Reader = (name: string, context: SecretContext) => Promise<string | undefined>

const readers: Readonly<Record<string, Reader>> = {
  env: async (name, { env = process.env }) => env[name],
  file: (path) => readFile(path, 'utf8'),
  'aws-sm': readAwsSecret,
  'azure-kv': readAzureSecret,
  sealed: async (text, { tenantId, ...context }) => tenantId && openSealed(`sealed:${text}`, tenantId, await readMasterKey(context)),
}

/**
 * The secret behind a reference, read at the moment it is used.
 *
 * @param reference - of a form that `tenantSecretReferenceSchema` of core takes
 * @throws {@link MailtrailError} `SECRET_UNAVAILABLE`, naming the reference and never its value; `SEALED_SECRET_INVALID`, `MASTER_KEY_INVALID`
 */
export async function resolveSecret(reference: string, context: SecretContext = {}): Promise<string> {
  const [, kind = '', name = ''] = /^([a-z-]+):(.+)$/s.exec(reference) ?? []
  const read = Object.hasOwn(readers, kind) ? readers[kind] : undefined
  if (!read) {
    // It may be the secret itself, written where its reference belongs.
    throw new MailtrailError(
      'SECRET_UNAVAILABLE',
      'A reference to a secret is of no known form, such as env:NAME. Correct it where it is set.',
    )
  }
  const { value, reason = 'not there or empty' } = await read(name, context).then(found, notFound)
  if (value) return value
  throw new MailtrailError('SECRET_UNAVAILABLE', `The secret ${reference} cannot be read: ${reason}. Provide it, then work goes on.`, {
    retry: { again: true, afterMs: 60_000 },
  })
}

interface Attempt {
  readonly value?: string | undefined
  readonly reason?: string
}

function found(text: string | undefined): Attempt {
  return { value: text?.trim() }
}

/** The reason by name alone: a message, or a cause, may show what was sent or parts of a secret. */
function notFound(error: unknown): Attempt {
  if (error instanceof MailtrailError) throw error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return { reason: typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown' }
}

/** @throws {@link MailtrailError} `MASTER_KEY_INVALID`, `SECRET_UNAVAILABLE` */
export async function readMasterKey({ masterKey, ...context }: SecretContext): Promise<Uint8Array> {
  if (masterKey !== undefined) return parseMasterKey(await resolveSecret(masterKey, context))
  throw new MailtrailError(
    'MASTER_KEY_INVALID',
    'Sealed secrets and consent links need a master key: name it under masterKey in mailtrail.yaml.',
  )
}
