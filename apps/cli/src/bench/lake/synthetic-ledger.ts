import { hash } from 'node:crypto'
import {
  dayMs,
  type EntryContent,
  type EntryName,
  hourMs,
  type LedgerEntry,
  listingAgeMs,
  mailContentType,
  minuteMs,
  type TenantId,
  utcDate,
} from '@mailtrail/core'
import { rawKey } from '@mailtrail/lake'

const windowMs = 10 * minuteMs

/** All that a day without trouble leaves in a ledger: 144 windows of 10 minutes, each with two contents, 48 hour sweeps and 3 day sweeps. */
export function syntheticLedgerDay(tenantId: TenantId, day: number): LedgerEntry[] {
  const windows = Array.from({ length: dayMs / windowMs }, (_, index) => day + index * windowMs)
  const hours = Array.from({ length: 24 }, (_, index) => day + index * hourMs)
  const sweep = (entry: 'sweep-1h' | 'sweep-6h' | 'sweep-24h' | 'sweep-settle' | 'sweep-last', start: number, end: number): LedgerEntry =>
    entryOf(tenantId, { start, end, entry, at: end + listingAgeMs(entry) + minuteMs, contents: [] })
  return [
    ...windows.flatMap((start) => syntheticWindow(tenantId, start)),
    ...hours.flatMap((start) => [sweep('sweep-1h', start, start + hourMs), sweep('sweep-6h', start, start + hourMs)]),
    sweep('sweep-24h', day, day + dayMs),
    sweep('sweep-settle', day, day + 4 * dayMs),
    sweep('sweep-last', day, day + dayMs),
  ]
}

/** The listing of one window and its seal. */
export function syntheticWindow(tenantId: TenantId, start: number, contentsPerWindow = 2): [listed: LedgerEntry, seal: LedgerEntry] {
  const end = start + windowMs
  const contents = Array.from({ length: contentsPerWindow }, (_, index) =>
    pending(tenantId, start + Math.floor((index * windowMs) / contentsPerWindow)),
  )
  const window = { start, end }
  return [
    entryOf(tenantId, { ...window, entry: 'listed', at: end + 3 * minuteMs, contents }),
    entryOf(tenantId, { ...window, entry: 'seal', at: end + 4 * minuteMs, contents: contents.map((content) => stored(tenantId, content)) }),
  ]
}

interface Parts {
  readonly start: number
  readonly end: number
  readonly entry: EntryName
  readonly at: number
  readonly contents: readonly EntryContent[]
}

function entryOf(tenantId: TenantId, { start, end, entry, at, contents }: Parts): LedgerEntry {
  const listing = entry === 'seal' ? null : { serviceDate: at, localDate: at, pages: 1, contents: contents.length }
  const kept = { operations: ['MailItemsAccessed'], selectorVersion: '1' }
  return { tenantId, contentType: mailContentType, start, end, entry, writtenAt: at, listing, ...kept, contents }
}

/** Ids and addresses as the service makes them. */
function pending(tenantId: TenantId, created: number): EntryContent {
  const stamp = `${new Date(created).toISOString().replaceAll(/\D/g, '')}0000`
  const id = `${stamp}$${stamp}$audit_exchange$Audit_Exchange$na0027`
  const uri = `https://manage.office.com/api/v1.0/${tenantId}/activity/feed/audit/${id}`
  const nothing = { recordsSeen: 0, recordsKept: 0, bodySha256: null, objects: [] }
  return { id, uri, created, expiration: created + 7 * dayMs, outcome: 'pending', ...nothing }
}

function stored(tenantId: TenantId, content: EntryContent): EntryContent {
  const digest = (of: string): string => hash('sha256', `${content.id} ${of}`)
  const key = rawKey('MailItemsAccessed', tenantId, utcDate(content.created), content.id)
  const objects = [{ key, linesSha256: digest('lines'), recordsSha256: digest('records'), sha256: digest('bytes') }]
  return { ...content, outcome: 'stored', recordsSeen: 20, recordsKept: 3, bodySha256: digest('body'), objects }
}
