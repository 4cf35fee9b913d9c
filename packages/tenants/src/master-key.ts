import { randomBytes } from 'node:crypto'
import { MailtrailError } from '@mailtrail/core'

const keyBytes = 32

/** A new master key, as text. */
export function newMasterKey(): string {
  return randomBytes(keyBytes).toString('base64')
}

/** @param text - what the configured reference led to. @throws {@link MailtrailError} `MASTER_KEY_INVALID` */
export function parseMasterKey(text: string): Uint8Array {
  const key = Buffer.from(text, 'base64')
  if (key.length === keyBytes && key.toString('base64') === text) return key
  throw new MailtrailError(
    'MASTER_KEY_INVALID',
    `The master key is not base64 of ${keyBytes} bytes. Make one with: mailtrail secret new-key`,
  )
}
