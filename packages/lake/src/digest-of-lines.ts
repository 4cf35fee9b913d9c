import { createHash } from 'node:crypto'
import type { Abortable } from '@mailtrail/core'
import type { ObjectStore } from './object-store.ts'
import { unpackObject } from './unpack-object.ts'

/** Hex SHA-256 of the unpacked lines; undefined when they cannot be unpacked. */
export async function digestOfLines(lake: ObjectStore, key: string, options?: Abortable): Promise<string | undefined> {
  const lines = createHash('sha256')
  try {
    for await (const chunk of unpackObject(lake, key, options)) lines.update(chunk)
  } catch (error) {
    if (isOfPacking(error)) return undefined
    throw error
  }
  return lines.digest('hex')
}

/** Errors of `node:zlib` have codes such as `Z_DATA_ERROR` and `ZSTD_error_corruption_detected`; those of a store have others. */
function isOfPacking(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(Z_|ZSTD_)/.test(String(error.code))
}
