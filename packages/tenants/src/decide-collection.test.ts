import { dayMs, type HistoryEvent, hourMs, minuteMs, parseTenantId } from '@mailtrail/core'
import { createFolderStore, type ObjectStore } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { changeCollection, onboardTenant, pauseTenant, removeTenant, requestBackfill, resumeTenant } from './decide-collection.ts'
import { readHistory, recordHistory } from './history.ts'
import { addTenant, readTenant } from './registry.ts'
import type { Tenant } from './tenant.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const tenant: Tenant = { tenantId, displayName: 'Contoso', cloud: 'worldwide', credentials: [], tags: [] }
const start = Date.parse('2024-03-11T00:00:00Z')
const settings = { contentTypes: ['Audit.Exchange'], windowMinutes: 10 }
const added: HistoryEvent = { kind: 'added', at: start, ...settings, backfill: true }

describe(onboardTenant, () => {
  test('registers a tenant and dates the beginning of its collection', async () => {
    await using place = await openPlace()
    expect(await onboardTenant(place.lake, tenant, { now: start, backfill: true, ...settings })).toBe('added')
    expect(await readTenant(place.lake, tenantId)).toEqual(tenant)
    expect(await readHistory(place.lake, tenantId)).toEqual([added])
  })

  test('finishes what was cut short after the registration', async () => {
    await using place = await openPlace()
    await addTenant(place.lake, { ...tenant, displayName: 'Old' })
    expect(await onboardTenant(place.lake, tenant, { now: start, backfill: true, ...settings })).toBe('added')
    expect(await readTenant(place.lake, tenantId)).toEqual(tenant)
    expect(await readHistory(place.lake, tenantId)).toEqual([added])
  })

  test('begins anew with a tenant that was removed', async () => {
    await using place = await openPlace(added, { kind: 'removed', at: start + 1 })
    const again = { ...tenant, displayName: 'Contoso, again' }
    expect(await onboardTenant(place.lake, again, { now: start + 2, backfill: false, ...settings })).toBe('added again')
    expect(await readTenant(place.lake, tenantId)).toEqual(again)
    expect((await readHistory(place.lake, tenantId)).at(-1)).toEqual({ ...added, at: start + 2, backfill: false })
  })

  test.each<{ state: string; events: readonly HistoryEvent[] }>([
    { state: 'active', events: [added] },
    { state: 'paused', events: [added, { kind: 'paused', at: start + 1 }] },
  ])('refuses a tenant that is $state, and changes nothing', async ({ state, events }) => {
    await using place = await openPlace(...events)
    const again = onboardTenant(place.lake, { ...tenant, displayName: 'Other' }, { now: start + 2, backfill: true, ...settings })
    await expect(again).rejects.toMatchObject({ code: 'TENANT_EXISTS', message: expect.stringContaining(state) })
    expect(await readTenant(place.lake, tenantId)).toEqual(tenant)
    expect(await readHistory(place.lake, tenantId)).toEqual(events)
  })
})

describe('a decision', () => {
  test('to pause, resume and remove is dated once, however often it is made', async () => {
    await using place = await openPlace(added)
    const { lake } = place
    expect(await resumeTenant(lake, tenantId, { now: start + 1, backfill: true })).toBe('active')
    for (const before of ['active', 'paused']) expect(await pauseTenant(lake, tenantId, { now: start + 2 })).toBe(before)
    for (const before of ['paused', 'active']) expect(await resumeTenant(lake, tenantId, { now: start + 3, backfill: true })).toBe(before)
    for (const before of ['active', 'removed']) expect(await removeTenant(lake, tenantId, { now: start + 4 })).toBe(before)
    expect(await readHistory(lake, tenantId)).toEqual([
      added,
      { kind: 'paused', at: start + 2 },
      { kind: 'resumed', at: start + 3, backfill: true },
      { kind: 'removed', at: start + 4 },
    ])
  })

  test('of an operator whose clock is behind comes after those that were made before', async () => {
    await using place = await openPlace({ ...added, at: start + hourMs })
    await pauseTenant(place.lake, tenantId, { now: start })
    await resumeTenant(place.lake, tenantId, { now: start, backfill: false })
    expect((await readHistory(place.lake, tenantId)).map(({ kind, at }) => [kind, at - start - hourMs])).toEqual([
      ['added', 0],
      ['paused', 1],
      ['resumed', 2],
    ])
  })

  test('to change the collection is about what is named, and dated only if something changes', async () => {
    await using place = await openPlace(added)
    const { lake } = place
    expect(await changeCollection(lake, tenantId, { now: start + 1, windowMinutes: 10 })).toBe('unchanged')
    expect(await changeCollection(lake, tenantId, { now: start + 2, windowMinutes: 30 })).toBe('changed')
    expect(await changeCollection(lake, tenantId, { now: start + 3, contentTypes: ['Audit.General'] })).toBe('changed')
    expect((await readHistory(lake, tenantId)).slice(1)).toEqual([
      { kind: 'collection-changed', at: start + 2, contentTypes: ['Audit.Exchange'], windowMinutes: 30 },
      { kind: 'collection-changed', at: start + 3, contentTypes: ['Audit.General'], windowMinutes: 30 },
    ])
  })

  const decisions = {
    pause: (lake: ObjectStore) => pauseTenant(lake, tenantId, { now: start }),
    resume: (lake: ObjectStore) => resumeTenant(lake, tenantId, { now: start, backfill: true }),
    change: (lake: ObjectStore) => changeCollection(lake, tenantId, { now: start, windowMinutes: 5 }),
    backfill: (lake: ObjectStore) => requestBackfill(lake, tenantId, { now: start, from: start - hourMs, to: start, priority: false }),
  }

  test.each(Object.entries(decisions))('to %s needs a tenant that is collected', async (_, decide) => {
    await using nobody = await openPlace()
    await expect(decide(nobody.lake)).rejects.toMatchObject({ code: 'TENANT_UNKNOWN' })
    await using removed = await openPlace(added, { kind: 'removed', at: start + 1 })
    await expect(decide(removed.lake)).rejects.toMatchObject({
      code: 'TENANT_NOT_COLLECTED',
      message: expect.stringContaining('tenant add'),
    })
    await addTenant(nobody.lake, tenant)
    await expect(decide(nobody.lake)).rejects.toMatchObject({ code: 'TENANT_NOT_COLLECTED' })
  })

  test('to remove needs a tenant that is registered', async () => {
    await using place = await openPlace()
    await expect(removeTenant(place.lake, tenantId, { now: start })).rejects.toMatchObject({ code: 'TENANT_UNKNOWN' })
  })
})

describe(requestBackfill, () => {
  const edge = start - 7 * dayMs + 5 * minuteMs

  test.each([
    { title: 'as it is', from: start - dayMs, to: start - hourMs, expected: { from: start - dayMs, to: start - hourMs } },
    { title: 'without what is too old', from: start - 30 * dayMs, to: start, expected: { from: edge, to: start } },
    { title: 'without what has yet to come', from: start - hourMs, to: start + dayMs, expected: { from: start - hourMs, to: start } },
  ])('asks for the span $title', async ({ from, to, expected }) => {
    await using place = await openPlace({ ...added, at: start - 30 * dayMs })
    expect(await requestBackfill(place.lake, tenantId, { now: start, from, to, priority: true })).toEqual(expected)
    expect((await readHistory(place.lake, tenantId)).at(-1)).toEqual({ kind: 'backfill-requested', at: start, ...expected, priority: true })
  })

  test.each([
    { title: 'older than the service lists', from: start - 9 * dayMs, to: edge },
    { title: 'that runs backwards', from: start - hourMs, to: start - dayMs },
    { title: 'that has yet to come', from: start, to: start + hourMs },
  ])('refuses a span $title', async ({ from, to }) => {
    await using place = await openPlace({ ...added, at: start - 30 * dayMs })
    await expect(requestBackfill(place.lake, tenantId, { now: start, from, to, priority: false })).rejects.toMatchObject({
      code: 'BACKFILL_IMPOSSIBLE',
    })
    expect(await readHistory(place.lake, tenantId)).toHaveLength(1)
  })

  test('refuses while the tenant is paused', async () => {
    await using place = await openPlace(added, { kind: 'paused', at: start + 1 })
    const asked = requestBackfill(place.lake, tenantId, { now: start + hourMs, from: start, to: start + hourMs, priority: false })
    await expect(asked).rejects.toMatchObject({ code: 'TENANT_NOT_COLLECTED', message: expect.stringContaining('resume') })
  })
})

/** A lake in which the tenant is registered if it has a history. */
async function openPlace(...events: readonly HistoryEvent[]): Promise<AsyncDisposable & { readonly lake: ObjectStore }> {
  const folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  if (events.length > 0) await addTenant(lake, tenant)
  for (const event of events) await recordHistory(lake, tenantId, event)
  return { lake, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}
