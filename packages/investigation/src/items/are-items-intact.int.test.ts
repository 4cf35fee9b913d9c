import { itemsKey } from '@mailtrail/lake'
import { expect, test } from 'vitest'
import { bind } from '../testing/build-records.ts'
import { createLakeFixture, tenantId } from '../testing/lake-fixture.ts'
import { areItemsIntact } from './are-items-intact.ts'
import { compactDate } from './compact-date.ts'

const date = '2024-03-14'

test('items are intact as they were made, and not with a bit flipped; without any nothing is damaged', async () => {
  await using fixture = await createLakeFixture()
  const { lake } = fixture
  const key = itemsKey(tenantId, date)
  expect(await areItemsIntact(lake, key)).toBe(true)
  await fixture.putRecords([bind(['a@x'])])
  await compactDate(lake, tenantId, date)
  expect(await areItemsIntact(lake, key)).toBe(true)
  const found = await lake.readVersion(key)
  const bytes = found?.bytes ?? new Uint8Array()
  await lake.replace(key, bytes.with(50, (bytes[50] ?? 0) ^ 1), found?.etag ?? '')
  expect(await areItemsIntact(lake, key)).toBe(false)
})
