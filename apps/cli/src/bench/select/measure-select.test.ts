import { createRecordSelector, parseTenantId } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { auditBodies } from './audit-bodies.ts'
import { measureSelect } from './measure-select.ts'

const tenantId = parseTenantId('11111111-aaaa-4333-8444-555555555555')

describe(auditBodies, () => {
  test.each([0.01, 0.2, 1])('holds a share of %d to be kept, and nothing for the quarantine', (share) => {
    const bodies = auditBodies({ tenantId, share, bytes: 1_000_000 })
    const selector = (): ReturnType<typeof createRecordSelector> =>
      createRecordSelector({ operations: new Set(['MailItemsAccessed']), tenantId })
    const kinds = bodies.flatMap((body) =>
      selector()
        .push(body)
        .map(({ kind }) => kind),
    )
    expect(kinds.filter((kind) => kind === 'kept').length / kinds.length).toBeCloseTo(share, 2)
    expect(kinds).not.toContain('quarantined')
  })
})

test('selection is measured against parsing, here on little data', async () => {
  const steps: string[] = []
  const place = { folder: '', onStep: (text: string) => steps.push(text) }
  const results = await measureSelect(place, { share: 0.2, bytes: 200_000, rounds: 1, goal: 1e6 })
  expect(results).toMatchObject([
    { unit: 'MB/s', goal: '>= 1000000 x', holds: false },
    { unit: 'MB/s', goal: null },
  ])
  expect(steps.length).toBeGreaterThan(1)
})
