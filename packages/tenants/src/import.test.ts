import { parseTenantId, type TenantId } from '@mailtrail/core'
import { createFolderStore, type ObjectStore } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyImport, type RowResult } from './apply-import.ts'
import { onboardTenant, pauseTenant, removeTenant } from './decide-collection.ts'
import type { FleetSettings } from './find-setting-faults.ts'
import { formatResults } from './format-results.ts'
import { readHistory } from './history.ts'
import { formatPlan, type ImportPlan, parsePlan } from './import-plan.ts'
import { planImport } from './plan-import.ts'
import { readTenant, updateTenant } from './registry.ts'
import { retentionForAll, type Tenant } from './tenant.ts'

const now = Date.parse('2024-03-11T00:00:00Z')
const settings = { now, contentTypes: ['Audit.Exchange'], windowMinutes: 30, backfill: true }
const fleet: FleetSettings = {
  app: { clientId: '99999999-2222-4333-8444-555555555555', credential: 'env:APP' },
  clouds: {},
  destinations: [{ name: 'siem' }, { name: 'soar' }],
  routes: { 'Audit.Exchange': ['MailItemsAccessed'], 'Audit.General': ['Send'] },
  retention: {},
}
const idOf = (index: number): TenantId => parseTenantId(`0000000${index}-2222-4333-8444-555555555555`)
const known: Tenant = { tenantId: idOf(1), displayName: 'One', cloud: 'gcc', credentials: [], tags: ['a'], retention: retentionForAll(30) }
const own = '22222222-3333-4444-8555-666666666666'

describe('a list of clients', () => {
  test('adds who is new with every column, updates who is known, leaves who is as asked', async () => {
    await using place = await openPlace(known)
    const { plan, results } = await place.import(
      'tenant_id,display_name,cloud,client_id,credential,publisher_id,tags,lake,retention_days,content_types,destinations',
      `${idOf(2)},Two,gcc-high,${own},env:NEW; env:OLD,${own},x;y,file:/srv/two,400,Audit.Exchange;Audit.General,siem`,
      `${idOf(1)},Uno,,,,,a,,30,,`,
    )
    expect(plan.rows.map(({ line, action }) => [line, action])).toEqual([
      [2, 'add'],
      [3, 'update'],
    ])
    expect(plan.rows[1]?.reasons).toEqual(['display_name: "One" → "Uno"', 'cloud: "gcc" → "worldwide"'])
    expect(results.map(({ result }) => result)).toEqual(['added', 'updated'])
    expect(await readTenant(place.lake, idOf(2))).toEqual({
      tenantId: idOf(2),
      displayName: 'Two',
      cloud: 'gcc-high',
      clientId: own,
      credentials: ['env:NEW', 'env:OLD'],
      publisherId: own,
      tags: ['x', 'y'],
      lake: 'file:/srv/two',
      retention: { rawDays: 400, itemsDays: 400, emailEventsDays: 400 },
      destinations: ['siem'],
    })
    expect(await readHistory(place.lake, idOf(2))).toEqual([
      { kind: 'added', at: now, contentTypes: ['Audit.Exchange', 'Audit.General'], windowMinutes: 10, backfill: true },
    ])
  })

  test('needs no more than an id and a name where the fleet has an app', async () => {
    await using place = await openPlace()
    const { results } = await place.import('tenant_id,display_name', `${idOf(2)},Two`)
    expect(results).toMatchObject([{ line: 2, tenantId: idOf(2), result: 'added' }])
    expect(await readTenant(place.lake, idOf(2))).toEqual({
      tenantId: idOf(2),
      displayName: 'Two',
      cloud: 'worldwide',
      credentials: [],
      tags: [],
    })
  })

  test('is refused fewer days than raw must be kept, once', async () => {
    await using place = await openPlace()
    const { plan } = await place.import('tenant_id,display_name,retention_days', `${idOf(2)},Two,9`, `${idOf(3)},Three,soon`)
    expect(plan.rows).toMatchObject([
      { action: 'invalid', reasons: [expect.stringMatching(/^retention_days .*14/)] },
      { action: 'invalid', reasons: [expect.stringMatching(/^retention_days /)] },
    ])
  })

  test('leaves alone what it has no column for', async () => {
    await using place = await openPlace({ ...known, requestsPerMinute: 7 })
    const { plan } = await place.import('tenant_id,tags', `${idOf(1)},a`)
    expect(plan.rows).toMatchObject([{ action: 'unchanged', reasons: [] }])
  })

  test('changes the content types by a dated event, and not the length of windows', async () => {
    await using place = await openPlace(known)
    const { results } = await place.import('tenant_id,content_types', `${idOf(1)},Audit.Exchange;Audit.General`)
    expect(results).toMatchObject([
      { result: 'updated', reasons: ['content_types: ["Audit.Exchange"] → ["Audit.Exchange","Audit.General"]'] },
    ])
    expect((await readHistory(place.lake, idOf(1))).at(-1)).toMatchObject({
      kind: 'collection-changed',
      contentTypes: ['Audit.Exchange', 'Audit.General'],
      windowMinutes: 30,
    })
  })

  test('lists every fault of every row, and repeats nothing that may be a secret', async () => {
    await using place = await openPlace({ ...known, lake: 'file:/srv/one' })
    await onboardTenant(place.lake, { ...known, tenantId: idOf(9) }, settings)
    await removeTenant(place.lake, idOf(9), { now })
    const { plan, results } = await place.import(
      'tenant_id,display_name,cloud,client_id,credential,lake,retention_days,content_types,destinations',
      'canary,A,,,,,,,',
      `${idOf(2)},,moon,canary,canary,file:here,many,Audit.Exchanges;DLP.All,splunk`,
      `${idOf(3)},Three,,,,,,,`,
      `${idOf(3).toUpperCase()},Three,,,,,,,`,
      `${idOf(1)},One,,,,file:/srv/other,,,`,
      `${idOf(9)},Nine,,,,,,,`,
      `${idOf(4)},Four`,
    )
    const reasons = new Map(plan.rows.map((row) => [row.line, row.reasons.join('\n')]))
    expect(plan.rows.map(({ action }) => action)).toEqual(Array.from({ length: 7 }, () => 'invalid'))
    expect(reasons.get(2)).toBe('tenant_id is no GUID')
    for (const part of [
      'display_name',
      'cloud: There is no cloud "moon"',
      'client_id',
      'credential.0 must be a reference',
      'lake',
      'retention_days',
    ])
      expect(reasons.get(3)).toContain(part)
    for (const part of ['content_types has "Audit.Exchanges"', 'DLP.All, of which nothing', 'destinations has "splunk"'])
      expect(reasons.get(3)).toContain(part)
    expect([reasons.get(4), reasons.get(5)]).toEqual(['tenant_id is also on line 5', 'tenant_id is also on line 4'])
    expect(reasons.get(6)).toContain('lake is fixed')
    expect(reasons.get(7)).toContain('mailtrail tenant add')
    expect(reasons.get(8)).toContain('has 2 cells')
    expect(JSON.stringify({ plan, results })).not.toContain('canary')
    expect(results.every(({ result }) => result === 'failed')).toBe(true)
  })

  test('whose tenants have no app is refused row by row', async () => {
    await using place = await openPlace()
    const list = Buffer.from(`tenant_id,display_name\n${idOf(2)},Two\n`)
    const plan = await planImport(place.lake, list, { fleet: { ...fleet, app: undefined }, now, backfill: true, onRow: () => {} })
    expect(plan.rows).toMatchObject([{ action: 'invalid', reasons: ['client_id is missing, and mailtrail.yaml names no app for all'] }])
  })

  test('does not resume a tenant that is paused', async () => {
    await using place = await openPlace(known)
    await pauseTenant(place.lake, idOf(1), { now })
    const { results } = await place.import('tenant_id,display_name', `${idOf(1)},Uno`)
    expect(results).toMatchObject([{ result: 'updated' }])
    expect((await readHistory(place.lake, idOf(1))).at(-1)).toMatchObject({ kind: 'paused' })
  })
})

describe('a plan', () => {
  test('is read as it was written, and applies alike', async () => {
    await using place = await openPlace(known)
    const plan = await place.plan('tenant_id,display_name', `${idOf(1)},Uno`, `${idOf(2)},Two`, 'x,Three')
    const read = parsePlan(formatPlan(plan))
    expect(JSON.parse(formatPlan(read))).toEqual(JSON.parse(formatPlan(plan)))
    expect((await place.apply(read)).map(({ result }) => result)).toEqual(['updated', 'added', 'failed'])
  })

  test.each(['', 'null', '{}', '{"schema":2}', 'canary'])('is not %j', (text) => {
    expect(() => parsePlan(text)).toThrow(expect.objectContaining({ code: 'IMPORT_PLAN_INVALID' }))
  })

  test('about another lake is refused', async () => {
    await using one = await openPlace()
    await using two = await openPlace()
    const plan = await one.plan('tenant_id,display_name', `${idOf(2)},Two`)
    await expect(two.apply(plan)).rejects.toMatchObject({ code: 'IMPORT_PLAN_INVALID' })
  })

  test.each<{ title: string; change: (lake: ObjectStore) => Promise<unknown>; code: string }>([
    {
      title: 'somebody changed since',
      change: (lake) => updateTenant(lake, idOf(1), (tenant) => ({ ...tenant, tags: ['theirs'] })),
      code: 'TENANT_CHANGED',
    },
    { title: 'somebody removed since', change: (lake) => removeTenant(lake, idOf(1), { now }), code: 'TENANT_CHANGED' },
  ])('does not overwrite a tenant that $title, and does the rest', async ({ change, code }) => {
    await using place = await openPlace(known)
    const plan = await place.plan('tenant_id,display_name', `${idOf(1)},Uno`, `${idOf(2)},Two`)
    await change(place.lake)
    const before = await readTenant(place.lake, idOf(1))
    const results = await place.apply(plan)
    expect(results).toMatchObject([{ result: 'failed', reasons: [expect.stringContaining(code)] }, { result: 'added' }])
    expect(await readTenant(place.lake, idOf(1))).toEqual(before)
  })

  test('does not overwrite a tenant that somebody else added since', async () => {
    await using place = await openPlace()
    const plan = await place.plan('tenant_id,display_name', `${idOf(1)},Uno`)
    await onboardTenant(place.lake, known, settings)
    expect(await place.apply(plan)).toMatchObject([{ result: 'failed', reasons: [expect.stringContaining('TENANT_EXISTS')] }])
  })
})

const row = fc.record({
  name: fc.constantFrom('A', 'B', ''),
  tags: fc.constantFrom('', 'x', 'y;x'),
  types: fc.constantFrom('', 'Audit.General', 'Audit.Exchange;Audit.General'),
})
const lists = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 6 }), row), { selector: ([index]) => index, maxLength: 6 })
const linesOf = (list: readonly [number, { name: string; tags: string; types: string }][]): string[] => [
  'tenant_id,display_name,tags,content_types',
  ...list.map(([index, { name, tags, types }]) => `${idOf(index)},${name},${tags},${types}`),
]

test('applied twice is applied once: afterwards nothing is left to do, and nothing more was written', async () => {
  await fc.assert(
    fc.asyncProperty(lists, lists, async (first, second) => {
      await using place = await openPlace()
      await place.import(...linesOf(first))
      const plan = await place.plan(...linesOf(second))
      await place.apply(plan)
      const state = await stateOf(place.lake)
      const again = await place.apply(plan)
      expect(again.map(({ result }) => result)).toEqual(plan.rows.map(({ action }) => (action === 'invalid' ? 'failed' : 'unchanged')))
      const replanned = await place.plan(...linesOf(second))
      expect(replanned.rows.map(({ action }) => action)).toEqual(
        plan.rows.map(({ action }) => (action === 'invalid' ? action : 'unchanged')),
      )
      expect(await stateOf(place.lake)).toEqual(state)
    }),
    { numRuns: 25 },
  )
})

test('cut short at any write and applied again, it ends as if it had never been cut short', async () => {
  await fc.assert(
    fc.asyncProperty(lists, lists, fc.nat(12), async (first, second, writes) => {
      await using whole = await openPlace()
      await using cut = await openPlace()
      for (const place of [whole, cut]) await place.import(...linesOf(first))
      await whole.import(...linesOf(second))
      const plan = await cut.plan(...linesOf(second))
      await applyImport(dyingAfter(cut.lake, writes), plan, { now, onRow: () => {} }).catch(() => {})
      await cut.apply(plan)
      expect(await stateOf(cut.lake)).toEqual(await stateOf(whole.lake))
    }),
    { numRuns: 25 },
  )
})

test('what a spreadsheet would take for a formula is none in the results', () => {
  const results: RowResult[] = [{ line: 2, tenantId: null, result: 'failed', reasons: ['=HYPERLINK("x")', 'b'] }]
  expect(formatResults(results)).toBe('line,tenant_id,result,reasons\n2,,failed,"\'=HYPERLINK(""x""); b"\n')
})

interface Place extends AsyncDisposable {
  readonly lake: ObjectStore
  plan(...lines: readonly string[]): Promise<ImportPlan>
  apply(plan: ImportPlan): Promise<RowResult[]>
  import(...lines: readonly string[]): Promise<{ plan: ImportPlan; results: RowResult[] }>
}

async function openPlace(...tenants: readonly Tenant[]): Promise<Place> {
  const folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  for (const tenant of tenants) await onboardTenant(lake, tenant, settings)
  const plan: Place['plan'] = (...lines) => planImport(lake, Buffer.from(lines.join('\n')), { fleet, now, backfill: true, onRow: () => {} })
  const apply: Place['apply'] = (planned) => applyImport(lake, planned, { now, onRow: () => {} })
  return {
    lake,
    plan,
    apply,
    import: async (...lines) => {
      const planned = await plan(...lines)
      return { plan: planned, results: await apply(planned) }
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** Every object with its bytes; dates may differ by the milliseconds that keep decisions in order. */
async function stateOf(lake: ObjectStore): Promise<Record<string, string>> {
  const keys = await Array.fromAsync(lake.list(''))
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, Buffer.from((await lake.read(key)) ?? []).toString()])))
}

/** A lake whose process dies at a write: nothing is written from then on. */
function dyingAfter(lake: ObjectStore, writes: number): ObjectStore {
  let left = writes
  const orDie = (): void => {
    left -= 1
    if (left < 0) throw new Error('killed')
  }
  return {
    ...lake,
    create: async (...args) => {
      orDie()
      return lake.create(...args)
    },
    replace: async (...args) => {
      orDie()
      return lake.replace(...args)
    },
  }
}
