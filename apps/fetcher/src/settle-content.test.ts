import { type ActivityApi, ActivityApiError, type ActivityApiErrorCode, type Operation } from '@mailtrail/activity-api'
import { dayMs, hourMs, MailtrailError, parseTenantId } from '@mailtrail/core'
import { alertPrefix, createFolderStore } from '@mailtrail/lake'
import { createLogger } from '@mailtrail/runtime'
import { addTenant } from '@mailtrail/tenants'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { type SettleDeps, settleContent } from './settle-content.ts'

const created = Date.parse('2024-03-11T00:00:00Z')
const expiration = created + 20 * dayMs
const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const content = { id: 'content', uri: 'https://service/content', created, expiration }

const listing = { serviceDate: created, localDate: created, pages: 1, contents: 1 }
const sweep = { entry: 'sweep-settle', contentType: 'Audit.Exchange', start: created - 4 * dayMs, listing } as const

interface Failure {
  readonly code: ActivityApiErrorCode
  readonly operation?: Operation
  /** The service's date, and ours, from `created`. */
  readonly dated?: number
  readonly now?: number
  readonly lastAttempt?: boolean
}

/** What becomes of a content whose fetching fails so: its outcome, or the error that has it tried again. */
async function settle({ code, operation = 'open-content', dated, now = dated ?? 0, lastAttempt = false }: Failure): Promise<string> {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const serviceDate = dated === undefined ? undefined : created + dated
  const api = {
    openContent: async () => {
      throw new ActivityApiError(code, { tenantId, operation, serviceDate })
    },
  } as unknown as ActivityApi
  const deps = { clock: { now: () => created + now }, spoolFolder: folder.path } as unknown as SettleDeps
  const context = { signal: new AbortController().signal, log: createLogger('silent'), lastAttempt }
  const work = { tenantId, lake, operations: ['MailItemsAccessed'], namedIn: sweep, content, api }
  return settleContent(deps, work, context).then(
    ({ outcome }) => outcome,
    (error) => (error instanceof MailtrailError && error.retry.again ? 'tried again' : 'failed'),
  )
}

const seven = 7 * dayMs
const twenty = 20 * dayMs

test.each<Failure & { title: string; ends: string }>([
  {
    title: 'called expired, after the seven days that are documented',
    code: 'ACTIVITY_API_CONTENT_EXPIRED',
    dated: seven,
    ends: 'expired',
  },
  { title: 'called expired, without a date', code: 'ACTIVITY_API_CONTENT_EXPIRED', ends: 'expired' },
  { title: 'called expired long before its time', code: 'ACTIVITY_API_CONTENT_EXPIRED', dated: hourMs, ends: 'tried again' },
  {
    title: 'called expired long before its time again',
    code: 'ACTIVITY_API_CONTENT_EXPIRED',
    dated: hourMs,
    lastAttempt: true,
    ends: 'missing',
  },
  { title: 'not there', code: 'ACTIVITY_API_CONTENT_MISSING', dated: hourMs, ends: 'tried again' },
  { title: 'not there at last', code: 'ACTIVITY_API_CONTENT_MISSING', dated: hourMs, lastAttempt: true, ends: 'missing' },
  { title: 'not there, past its expiration', code: 'ACTIVITY_API_CONTENT_MISSING', dated: twenty, ends: 'expired' },
  { title: 'throttled, past its expiration', code: 'ACTIVITY_API_THROTTLED', dated: twenty, ends: 'expired' },
  { title: 'throttled by a service dated far ahead', code: 'ACTIVITY_API_THROTTLED', dated: twenty, now: hourMs, ends: 'tried again' },
  { title: 'throttled, by our clock past its expiration', code: 'ACTIVITY_API_THROTTLED', dated: hourMs, now: twenty, ends: 'tried again' },
  {
    title: 'refused by the token service, whatever its date',
    code: 'ACTIVITY_API_LOGIN_FAILED',
    operation: 'login',
    dated: twenty,
    ends: 'failed',
  },
])('a content $title is $ends', async ({ title: _, ends, ...failure }) => {
  expect(await settle(failure)).toBe(ends)
})

test('a lake that does not answer sets the content aside, also in the last attempt, and loses nothing', async () => {
  const failure = new MailtrailError('LAKE_UNAVAILABLE', 'Busy.', { retry: { again: true, afterMs: 30_000 } })
  const api = {
    openContent: async () => {
      throw failure
    },
  } as unknown as ActivityApi
  const deps = { clock: { now: () => created } } as unknown as SettleDeps
  const lake = createFolderStore('/nowhere')
  const context = { signal: new AbortController().signal, log: createLogger('silent'), lastAttempt: true }
  const work = { tenantId, lake, operations: [], namedIn: sweep, content, api }
  const settling = settleContent(deps, work, context)
  await expect(settling).rejects.toBe(failure)
})

test('records of hours that could be settled before raise an alert a day of events, the others none', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await addTenant(lake, { tenantId, displayName: 'Contoso', cloud: 'worldwide', credentials: [], tags: [] })
  const times = ['2024-03-06T10:00:00', '2024-03-06T12:00:00', '2024-03-07T10:00:00', '2024-03-07T23:00:00', '2024-03-10T23:00:00']
  const records = times.map((CreationTime, id) => ({
    Id: String(id),
    CreationTime,
    Operation: 'MailItemsAccessed',
    OrganizationId: tenantId,
  }))
  const api = { openContent: async () => ({ body: [Buffer.from(JSON.stringify(records))] }) } as unknown as ActivityApi
  const clock = { now: () => created }
  const deps = {
    fleetLake: lake,
    clock,
    spoolFolder: folder.path,
    destinations: [],
    compression: 'gzip',
    horizonMs: 72 * hourMs,
  } as unknown as SettleDeps
  const context = { signal: new AbortController().signal, log: createLogger('silent'), lastAttempt: false }
  const work = { tenantId, lake, operations: ['MailItemsAccessed'], namedIn: sweep, content, api }
  await settleContent(deps, work, context)
  await settleContent(deps, work, context)
  // The feed repeats itself: what is known already amends nothing.
  await settleContent(
    deps,
    { ...work, content: { ...content, id: 'again' }, namedIn: { ...sweep, listing: { ...listing, serviceDate: created + dayMs } } },
    context,
  )
  const keys = await Array.fromAsync(lake.list(alertPrefix(tenantId)))
  const alerts = await Promise.all(keys.map(async (key) => JSON.parse(Buffer.from((await lake.read(key)) ?? []).toString())))
  expect(alerts.map(({ kind, data }) => `${kind} ${data.eventDate}`).sort()).toEqual([
    'coverage.amended 2024-03-06',
    'coverage.amended 2024-03-07',
  ])
})
