import { tmpdir } from 'node:os'
import { dayMs, hourMs, utcDate } from '@mailtrail/core'
import { expect, test } from 'vitest'
import { content, contentType, midnight, tenantId } from '../../test/entries.ts'
import { rawKey } from '../layout.ts'
import { FindingLog } from './finding.ts'
import { StrayObjects } from './stray-objects.ts'

test.each([
  { what: 'of a day to which the ledger does not reach', present: midnight - 2 * dayMs, isFound: true },
  { what: 'of tomorrow, for a clock may be ahead', present: midnight - dayMs, isFound: false },
  { what: 'that may be listed soon', present: midnight + 7 * dayMs, isFound: false },
  { what: 'that was due to be listed', present: midnight + 9 * dayMs, isFound: true },
  { what: 'of a tenant without a ledger', present: undefined, isFound: true },
])('a raw object $what is found: $isFound', async ({ present, isFound }) => {
  const key = rawKey('MailItemsAccessed', tenantId, utcDate(midnight), 'c')
  const [log, strays] = [new FindingLog(), new StrayObjects(tenantId, { folder: tmpdir(), heldBytes: 1_000_000 })]
  await strays.stray(key)
  expect(await strays.judge({ log, present })).toBe(isFound ? 0 : 1)
  expect(log.findings.map((finding) => `${finding.what} ${finding.key}`)).toEqual(isFound ? [`unrecorded ${key}`] : [])
})

test.each([
  { outcome: 'dropped' as const, found: [] },
  { outcome: 'dead' as const, found: ['missing'] },
  { outcome: 'pending' as const, found: ['missing'] },
])('a raw object whose content is $outcome in the ledger is found as $found', async ({ outcome, found }) => {
  const [log, strays] = [new FindingLog(), new StrayObjects(tenantId, { folder: tmpdir(), heldBytes: 1_000_000 })]
  const span = { contentType, start: midnight, end: midnight + hourMs }
  await strays.content(content('c', outcome), { span, names: ['listed', 'seal'], since: midnight + hourMs })
  await strays.stray(rawKey('MailItemsAccessed', tenantId, utcDate(midnight), 'c'))
  await strays.judge({ log, present: midnight + 9 * dayMs })
  expect(log.findings.map(({ what }) => what)).toEqual(found)
})
