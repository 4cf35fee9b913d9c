import { gunzipSync } from 'node:zlib'
import type { TenantId } from '@mailtrail/core'
import { type ObjectStore, rawPrefix } from '@mailtrail/lake'

/** The records in the lake as the bytes they were sent with, read bit by bit. */
export class StoredLines {
  readonly #lake: ObjectStore
  readonly #prefix: string
  readonly #read = new Set<string>()
  readonly #lines = new Set<string>()

  constructor(lake: ObjectStore, tenantId: TenantId) {
    this.#lake = lake
    this.#prefix = rawPrefix('MailItemsAccessed', tenantId)
  }

  async read(): Promise<ReadonlySet<string>> {
    for await (const key of this.#lake.list(this.#prefix)) {
      if (this.#read.has(key)) continue
      this.#read.add(key)
      const lines = gunzipSync((await this.#lake.read(key)) ?? new Uint8Array()).toString()
      for (const line of lines.trimEnd().split('\n')) this.#lines.add(line)
    }
    return new Set(this.#lines)
  }
}
