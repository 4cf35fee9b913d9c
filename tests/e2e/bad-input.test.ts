import { tmpdir } from 'node:os'
import { compareLake, readCoverage } from '@mailtrail/cli'
import { defaultHorizonMs, hourMs, minuteMs, parseTenantId } from '@mailtrail/core'
import { type EvidenceReport, readLedger, verifyEvidence } from '@mailtrail/lake'
import { readHistory } from '@mailtrail/tenants'
import { expect, test } from 'vitest'
import { startFleetUnderTest } from './fleet-under-test.ts'
import { auditRecord, guid, recordTime, scenario } from './scenario.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const tenant = 'clinic'
const good = (id: string, more: object = {}): object => auditRecord({ tenant, id, time: recordTime(start), ...more })
const text = (record: object): string => JSON.stringify(record)
const foreign = text({ ...good('foreign'), OrganizationId: guid('another tenant') })

/** Each content with what must become of it. */
const contents = {
  'a web page': { outcome: 'quarantined', fault: { kind: 'notJson' }, records: [good('page')] },
  'an error object': { outcome: 'quarantined', fault: { kind: 'errorObject' }, records: [good('object')] },
  'a web page at first': { outcome: 'stored', fault: { kind: 'notJson', times: 2 }, records: [good('passing')] },
  'a body that breaks off at first': {
    outcome: 'stored',
    fault: { kind: 'truncate', times: 2 },
    records: [good('cut', { padding: 50_000 })],
  },
  'one broken record between two good ones': {
    outcome: 'quarantined',
    rawBody: `[${text(good('before'))},{"Id": nonsense},${text(good('after'))}]`,
    records: [good('before'), good('after')],
  },
  "another tenant's record": { outcome: 'quarantined', rawBody: `[${foreign},${text(good('own'))}]`, records: [good('own')] },
  'a 2 MB record': { outcome: 'stored', records: [good('huge', { padding: 2_000_000 })] },
  'no record at all': { outcome: 'stored', rawBody: '[]', records: [] },
} as const

test('what cannot be read is kept apart and shows as a gap, and everything else is kept', async () => {
  const feed = Object.entries(contents).map(([contentId, { outcome: _, ...content }], index) => ({
    contentId,
    created: new Date(start + 30 * minuteMs + index * minuteMs).toISOString(),
    ...content,
  }))
  await using fleet = await startFleetUnderTest(scenario(new Date(start).toISOString(), [{ name: tenant, contents: feed }]))
  await using _running = await fleet.startRoles()
  await fleet.runTo(start + 3 * hourMs, 20 * minuteMs)

  const tenantId = parseTenantId(guid(tenant))
  const range = { from: start, to: start + hourMs }
  const seals = (await readLedger(fleet.lake, tenantId, range)).filter(({ entry }) => entry === 'seal')
  const outcomes = Object.fromEntries(seals.flatMap((seal) => seal.contents.map(({ id, outcome }) => [id, outcome])))
  expect(outcomes).toEqual(Object.fromEntries(Object.entries(contents).map(([id, { outcome }]) => [id, outcome])))

  // The simulator holds the records of bodies it garbles for true; nothing else may be missing, and nothing foreign be there.
  const lost = [guid('page'), guid('object')]
  const differences = await compareLake(fleet.lake, await fleet.truth())
  expect(differences.filter((difference) => !lost.some((id) => difference.includes(id)))).toEqual([])
  expect(differences).toHaveLength(lost.length)

  const quarantine = await Array.fromAsync(fleet.lake.list('quarantine/'))
  expect(quarantine.filter((key) => key.endsWith('.body'))).toHaveLength(2)
  expect(quarantine.filter((key) => key.endsWith('.bin'))).toHaveLength(2)
  expect(await readCoverage(fleet.lake, tenantId, { from: start + 20 * minuteMs, to: start + 30 * minuteMs })).toMatchObject([
    { state: expect.stringMatching(/^(gap_collector|unverified)$/) },
  ])
  const kinds = (await fleet.siem()).deliveries.map(({ body }) => (body as { readonly type: string }).type)
  expect(new Set(kinds)).toEqual(new Set(['content.quarantined', 'coverage.gap_opened']))

  const evidence = { tenantId, history: await readHistory(fleet.lake, tenantId), operations: ['MailItemsAccessed'] }
  const verify = (): Promise<EvidenceReport> =>
    verifyEvidence(fleet.lake, { ...evidence, horizonMs: defaultHorizonMs, heads: [], folder: tmpdir() })
  expect((await verify()).findings).toEqual([])
  const changed = quarantine.filter((key) => /\.(body|bin)$/.test(key))
  for (const key of changed) {
    await fleet.lake.remove(key)
    await fleet.lake.create(key, Buffer.from('something else'))
  }
  expect((await verify()).findings).toMatchObject(changed.map((key) => ({ what: 'altered', key })))
})
