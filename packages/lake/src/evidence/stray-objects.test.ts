import { tmpdir } from 'node:os'
import { dayMs, utcDate } from '@mailtrail/core'
import { expect, test } from 'vitest'
import { midnight, tenantId } from '../../test/entries.ts'
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
