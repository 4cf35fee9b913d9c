import { dayMs, defaultHorizonMs, hourMs, type LedgerEntry, MailtrailError, parseTenantId, utcDate } from '@mailtrail/core'
import { createFolderStore, foldDay, foldKey, type ObjectStore, writeLedgerEntry } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { surveyTenants } from './survey-tenants.ts'

const [one, other, lost] = ['1', '2', '3'].map((digit) => parseTenantId(`${digit.repeat(8)}-2222-4333-8444-555555555555`)) as [
  ReturnType<typeof parseTenantId>,
  ReturnType<typeof parseTenantId>,
  ReturnType<typeof parseTenantId>,
]
const contentType = 'Audit.Exchange'
const first = Date.parse('2024-03-14T00:00:00Z')
const range = { from: first, to: first + 2 * dayMs }

test('days of many tenants are told from the heads of folds, without listing or reading an entry', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  for (let day = 0; day < 5; day += 1) await foldQuietDay(lake, first + day * dayMs, day === 4)
  const frugal: ObjectStore = {
    ...lake,
    list: () => {
      throw new Error('It is not to list.')
    },
  }
  const open = async (tenantId: string): Promise<ObjectStore> => {
    if (tenantId === lost) throw new MailtrailError('LAKE_BUCKET_MISSING', 'There is no such bucket.')
    return frugal
  }
  let done = 0
  const onTenant = (): void => {
    done += 1
  }
  const surveys = await surveyTenants({ fleetLake: frugal, lakes: { open } }, [one, other, lost], range, {
    horizonMs: defaultHorizonMs,
    onTenant,
  })
  expect(done).toBe(3)
  expect(surveys).toEqual([
    {
      tenantId: one,
      whole: 1,
      gaps: [{ date: '2024-03-15', outlook: 'gap', cause: 'missing' }],
      open: [],
      nextExpiry: new Date(first + 11 * dayMs).toISOString(),
    },
    { tenantId: other, whole: 0, gaps: [], open: ['2024-03-14', '2024-03-15'], nextExpiry: null },
    {
      tenantId: lost,
      whole: 0,
      gaps: [],
      open: ['2024-03-14', '2024-03-15'],
      nextExpiry: null,
      fault: { code: 'LAKE_BUCKET_MISSING', message: 'There is no such bucket.' },
    },
  ])
})

test('a head that was altered is told of, and no other tenant suffers', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const key = foldKey(one, utcDate(first), contentType, 2)
  await lake.create(key, Buffer.from('no fold'))
  const options = { horizonMs: defaultHorizonMs, onTenant: () => {} }
  const [broken, whole] = await surveyTenants({ fleetLake: lake, lakes: { open: async () => lake } }, [one, other], range, options)
  expect(broken?.fault).toMatchObject({ code: 'LEDGER_FOLD_INVALID', message: expect.stringContaining(key) })
  expect(whole?.fault).toBeUndefined()
})

/** A day of one window, of which a content is pending or nothing is missing. */
async function foldQuietDay(lake: ObjectStore, start: number, isPending: boolean): Promise<void> {
  const span = { contentType, start, end: start + hourMs }
  const listing = { serviceDate: span.end + hourMs, localDate: span.end + hourMs, pages: 1, contents: 0 }
  const content = {
    id: 'a',
    uri: 'https://x',
    created: start,
    expiration: start + 7 * dayMs,
    recordsSeen: 0,
    recordsKept: 0,
    bodySha256: null,
    objects: [],
  }
  const contents = isPending ? [{ ...content, outcome: 'pending' as const }] : []
  const entry: LedgerEntry = {
    tenantId: one,
    ...span,
    entry: 'seal',
    writtenAt: span.end,
    listing,
    operations: [],
    selectorVersion: '1',
    contents,
  }
  await writeLedgerEntry(lake, entry)
  const coverage = { horizonHours: 72, states: [{ hour: 0, state: 'settled' as const }] }
  await foldDay(lake, { tenantId: one, contentType, date: utcDate(start), fold: 2 }, { periods: [], coverage })
}
