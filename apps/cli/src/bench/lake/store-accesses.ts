import { type Abortable, eachConcurrently, recordDigest, utcDate } from '@mailtrail/core'
import { EvidenceWriter, type ObjectStore } from '@mailtrail/lake'
import { type SyntheticDay, syntheticAccesses } from '../synthetic-accesses.ts'

export interface StoreOptions extends Abortable {
  /** Contents that the day's records come in. */
  readonly contents: number
  readonly spoolFolder: string
}

const contentsAtOnce = 4

/** Stores the day's records as the fetcher would have, each content through the evidence writer. */
export async function storeAccesses(lake: ObjectStore, day: SyntheticDay, { contents, spoolFolder, signal }: StoreOptions): Promise<void> {
  const accesses = syntheticAccesses(day)
  const perContent = Math.ceil(day.records / contents)
  const numbers = Array.from({ length: Math.ceil(day.records / perContent) }, (_, number) => number)
  await eachConcurrently(numbers, { limit: contentsAtOnce, signal }, async (number, either) => {
    await using writer = new EvidenceWriter(lake, { tenantId: day.tenantId, contentId: `bench/${day.from}/${number}`, spoolFolder })
    for (let taken = 0; taken < perContent; taken += 1) {
      const { value: record, done } = accesses.next()
      if (done) break
      const line = JSON.stringify(record)
      const kept = { operation: 'MailItemsAccessed', date: utcDate(day.from), line: Buffer.from(line), id: String(record.Id) }
      await writer.add({ ...kept, digest: recordDigest(line) })
    }
    await writer.store({ signal: either })
  })
}
