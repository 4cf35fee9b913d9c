import { type Abortable, dayMs, mailContentType, type TenantId, utcDate } from '@mailtrail/core'
import { type LedgerDay, listLedgerDay, type ObjectStore, openLedgerDay, placesOf, rawPrefix, readDayEntry } from '@mailtrail/lake'
import { type ArrivalFact, arrivalDays } from './check-facts.ts'
import { readHistory } from './history.ts'

const readsAtOnce = 16

/**
 * How the arrival of records stands, by the newest days of the ledger, read only until records are found.
 *
 * @param lake - the tenant's own
 * @param now - by the service's clock where it is known
 * @throws {@link MailtrailError} `LEDGER_ENTRY_INVALID`, `LEDGER_FOLD_INVALID`
 */
export async function readArrival(
  fleetLake: ObjectStore,
  lake: ObjectStore,
  tenantId: TenantId,
  now: number,
  options: Abortable,
): Promise<ArrivalFact> {
  const history = await readHistory(fleetLake, tenantId, options)
  const verified = history.find((event) => event.kind === 'subscription-verified' && event.contentType === mailContentType)
  let found: Omit<ArrivalFact, 'verifiedAt'> = { recordsAt: undefined, mailRecordsAt: undefined, isListed: false }
  for (let day = 0; day < arrivalDays && found.mailRecordsAt === undefined; day += 1) {
    const ofMail = { date: utcDate(now - day * dayMs), contentType: mailContentType }
    for (const listed of await listLedgerDay(lake, tenantId, ofMail, options)) {
      found = await lookThrough(lake, tenantId, await openLedgerDay(lake, tenantId, listed, options), found, options)
    }
  }
  return { verifiedAt: verified?.at, ...found }
}

async function lookThrough(
  lake: ObjectStore,
  tenantId: TenantId,
  day: LedgerDay,
  before: Omit<ArrivalFact, 'verifiedAt'>,
  options: Abortable,
): Promise<Omit<ArrivalFact, 'verifiedAt'>> {
  const places = placesOf(day).sort((a, b) => b.start - a.start)
  // What a `listed` entry names is not stored yet.
  const telling = places.filter(({ entry }) => entry !== 'listed')
  const mailPrefix = rawPrefix('MailItemsAccessed', tenantId)
  let { recordsAt, mailRecordsAt } = before
  for (let from = 0; from < telling.length && mailRecordsAt === undefined; from += readsAtOnce) {
    const some = telling.slice(from, from + readsAtOnce)
    const entries = await Promise.all(some.map(({ key }) => readDayEntry(lake, day, key, options)))
    const stored = entries.flatMap(({ contents }) => contents).filter(({ outcome }) => outcome === 'stored')
    recordsAt ??= newest(stored.filter(({ recordsSeen }) => recordsSeen > 0))
    mailRecordsAt ??= newest(stored.filter(({ objects }) => objects.some(({ key }) => key.startsWith(mailPrefix))))
  }
  return { recordsAt, mailRecordsAt, isListed: before.isListed || places.length > 0 }
}

function newest(contents: readonly { readonly created: number }[]): number | undefined {
  return contents.length === 0 ? undefined : Math.max(...contents.map(({ created }) => created))
}
