import { minuteMs, parseTenantId } from '@mailtrail/core'
import { createFolderStore } from '@mailtrail/lake'
import { temporaryFolder } from '@mailtrail/testing'
import { expect, test } from 'vitest'
import { claimStart } from './claim-start.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const claim = { tenantId: parseTenantId('11111111-2222-4333-8444-555555555555'), contentType: 'Audit.Exchange' }

test.each([
  { title: 'minutes after one', minutes: [14, 16, 29, 30], granted: [14, 30] },
  { title: 'as soon as 15 minutes are surely over', minutes: [0, 15, 29.9, 30], granted: [0, 30] },
])('a start is not granted again $title', async ({ minutes, granted }) => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const found: number[] = []
  for (const minute of minutes) if (await claimStart(lake, { ...claim, now: start + minute * minuteMs })) found.push(minute)
  expect(found).toEqual(granted)
})

test('of several at once one is granted, for each content type', async () => {
  await using folder = await temporaryFolder()
  const lake = createFolderStore(folder.path)
  const ask = (contentType: string) => Promise.all([0, 1, 2].map((ms) => claimStart(lake, { ...claim, contentType, now: start + ms })))
  expect((await ask('Audit.Exchange')).filter(Boolean)).toHaveLength(1)
  expect((await ask('Audit.General')).filter(Boolean)).toHaveLength(1)
})
