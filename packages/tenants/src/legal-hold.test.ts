import { parseTenantId } from '@mailtrail/core'
import { createFolderStore } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { readHistory } from './history.ts'
import { liftLegalHold, setLegalHold } from './legal-hold.ts'
import { addTenant, readTenant, updateTenant } from './registry.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const tenant = { tenantId, displayName: 'Contoso', cloud: 'worldwide', credentials: [], tags: [] }
const [first, second] = [
  { at: Date.parse('2026-03-01T10:00:00.123Z'), by: 'ada@desk', reason: 'lawsuit 7' },
  { at: Date.parse('2026-04-01T10:00:00Z'), by: 'bob@desk', reason: 'settled' },
]
const hold = { since: '2026-03-01T10:00:00.123Z', by: 'ada@desk', reason: 'lawsuit 7' }

test('a hold says who set it when and why, in the registration and in the history', async () => {
  await using place = await openPlace()
  expect(await setLegalHold(place.lake, tenantId, first)).toMatchObject({ legalHold: hold })
  expect(await readHistory(place.lake, tenantId)).toEqual([{ kind: 'legal-hold-set', ...first }])
})

test('a second hold leaves the first as it was set, and is no event', async () => {
  await using place = await openPlace()
  await setLegalHold(place.lake, tenantId, first)
  expect(await setLegalHold(place.lake, tenantId, second)).toMatchObject({ legalHold: hold })
  expect(await readHistory(place.lake, tenantId)).toHaveLength(1)
})

test('a hold whose event was not written is told whole the next time', async () => {
  await using place = await openPlace()
  const broken = { ...place.lake, create: () => Promise.reject(new Error('down')) }
  await expect(setLegalHold(broken, tenantId, first)).rejects.toThrow('down')
  expect(await readTenant(place.lake, tenantId)).toMatchObject({ legalHold: hold })
  await setLegalHold(place.lake, tenantId, second)
  expect(await readHistory(place.lake, tenantId)).toEqual([{ kind: 'legal-hold-set', ...first }])
})

test('no other change of the registration ends a hold', async () => {
  await using place = await openPlace()
  await setLegalHold(place.lake, tenantId, first)
  expect(await updateTenant(place.lake, tenantId, () => ({ ...tenant, displayName: 'Other' }))).toMatchObject({ legalHold: hold })
})

test('lifting a hold is told first, and done by whoever says why', async () => {
  await using place = await openPlace()
  expect(await liftLegalHold(place.lake, tenantId, second)).toBe(false)
  await setLegalHold(place.lake, tenantId, first)
  const broken = { ...place.lake, create: () => Promise.reject(new Error('down')) }
  await expect(liftLegalHold(broken, tenantId, second)).rejects.toThrow('down')
  expect(await readTenant(place.lake, tenantId)).toMatchObject({ legalHold: hold })
  expect(await liftLegalHold(place.lake, tenantId, second)).toBe(true)
  expect(await readTenant(place.lake, tenantId)).not.toHaveProperty('legalHold')
  expect((await readHistory(place.lake, tenantId)).at(-1)).toEqual({ kind: 'legal-hold-lifted', ...second })
})

test.each([{ reason: '' }, { reason: '  ' }, { reason: 'a\nb' }])('a hold needs a reason, and %j is none', async ({ reason }) => {
  await using place = await openPlace()
  await expect(setLegalHold(place.lake, tenantId, { ...first, reason })).rejects.toMatchObject({ code: 'TENANT_INVALID' })
  expect(await readTenant(place.lake, tenantId)).not.toHaveProperty('legalHold')
})

async function openPlace(): Promise<{ readonly lake: ReturnType<typeof createFolderStore> } & AsyncDisposable> {
  const folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  await addTenant(lake, tenant)
  return { lake, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}
