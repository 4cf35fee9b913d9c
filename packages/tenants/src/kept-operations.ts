import type { Abortable } from '@mailtrail/core'
import { keptOperationKey, keptOperationsPrefix, type ObjectStore } from '@mailtrail/lake'

/** Writes down that records of these operations are kept from now on, so that what is kept is found when nothing keeps them any more. */
export async function noteKeptOperations(lake: ObjectStore, operations: Iterable<string>, options?: Abortable): Promise<void> {
  for (const operation of operations) {
    await lake.create(keptOperationKey(operation), Buffer.from(`${JSON.stringify({ schema: 1, operation })}\n`), options)
  }
}

/** Every operation that this fleet ever kept, as far as it was noted. */
export async function readKeptOperations(lake: ObjectStore, options?: Abortable): Promise<string[]> {
  const operations: string[] = []
  for await (const key of lake.list(keptOperationsPrefix, options)) {
    operations.push(decodeURIComponent(key.slice(keptOperationsPrefix.length).replace(/\.json$/, '')))
  }
  return operations
}
