import { type Abortable, eventDate, type JsonObject, MailtrailError, recordDigest, type TenantId } from '@mailtrail/core'
import { contentHash, type ObjectStore, packingOf, rawPrefix, splitLines, unpackObject } from '@mailtrail/lake'

/** Of one date; of more, those that are not remembered count as news without a look. */
const maxRemembered = 10_000

interface LateDate {
  readonly date: string
  /** Digests of the records, by Id. */
  readonly records: Map<string, Set<string>>
  remembered: number
  isTooLong: boolean
}

/** The records of one content that came after their hour may have been called settled. The feed repeats itself, so most of them are known. */
export class LateRecords {
  readonly #dates = new Map<string, LateDate>()
  readonly #tenantId: TenantId

  constructor(tenantId: TenantId) {
    this.#tenantId = tenantId
  }

  add({ Operation, Id, CreationTime }: JsonObject, digest: string): void {
    const date = eventDate(CreationTime)
    const prefix = rawPrefix(String(Operation), this.#tenantId, date)
    const late = this.#dates.get(prefix) ?? { date, records: new Map(), remembered: 0, isTooLong: false }
    this.#dates.set(prefix, late)
    if (late.remembered === maxRemembered) late.isTooLong = true
    if (late.isTooLong) return
    late.remembered += 1
    late.records.set(String(Id), (late.records.get(String(Id)) ?? new Set()).add(digest))
  }

  /** UTC dates of the records that no object but those of the content itself holds. */
  async newsDates(lake: ObjectStore, contentId: string, options: Abortable): Promise<string[]> {
    const dates = new Set<string>()
    for (const [prefix, late] of this.#dates) {
      if (late.isTooLong || (await hasNews(lake, prefix, { contentId, records: late.records }, options))) dates.add(late.date)
    }
    return [...dates]
  }
}

interface Sought {
  readonly contentId: string
  readonly records: Map<string, Set<string>>
}

async function hasNews(lake: ObjectStore, prefix: string, { contentId, records }: Sought, options: Abortable): Promise<boolean> {
  const own = contentHash(contentId)
  for await (const key of lake.list(prefix, options)) {
    if (!packingOf(key) || key.includes(own)) continue
    await strikeOut(lake, key, records, options)
    if (records.size === 0) return false
  }
  return true
}

/** Takes out the records that the object holds. What cannot be read holds none. */
async function strikeOut(lake: ObjectStore, key: string, records: Map<string, Set<string>>, options: Abortable): Promise<void> {
  try {
    for await (const line of splitLines(unpackObject(lake, key, options))) {
      const text = line.toString()
      const { Id } = JSON.parse(text)
      const digests = records.get(String(Id))
      if (digests?.delete(recordDigest(text)) && digests.size === 0) records.delete(String(Id))
    }
  } catch (error) {
    options.signal?.throwIfAborted()
    if (error instanceof MailtrailError) throw error
  }
}
