import { expect, test } from 'vitest'
import { openEvidence } from './open-evidence.ts'
import { readMailboxEvidence } from './read-mailbox-evidence.ts'
import { asked } from './testing/ask.ts'
import { bind, dora, emailEvent, emil } from './testing/build-records.ts'
import { createLakeFixture, tenantId } from './testing/lake-fixture.ts'

test('a mailbox is found by GUID and by any name it had, with its own records and throttling alone', async () => {
  await using fixture = await createLakeFixture()
  const flagged = { OperationProperties: [{ Name: 'IsThrottled', Value: 'True' }], CreationTime: '2024-03-14T12:00:00' }
  await fixture.putRecords([
    bind(['a'], { CreationTime: '2024-03-13T08:00:00', MailboxOwnerUPN: 'dora.old@hospital.example' }),
    bind(['b'], { CreationTime: '2024-03-14T09:00:00' }),
    bind(['c'], { ...emil, ...flagged }),
  ])
  await fixture.putEmailEvents([emailEvent('a')])
  await using evidence = await openEvidence(fixture.lake, tenantId, asked, { cacheFolder: fixture.cacheFolder, withEmails: false })
  for (const name of [dora.MailboxGuid, dora.MailboxGuid.toUpperCase(), dora.MailboxOwnerUPN, 'Dora.Old@hospital.example']) {
    expect(await readMailboxEvidence(evidence, name), name).toMatchObject([
      {
        guid: dora.MailboxGuid,
        throttled: [],
        recordTimes: [Date.UTC(2024, 2, 13, 8), Date.UTC(2024, 2, 13, 8), asked.from + 9 * 3_600_000, asked.from + 9 * 3_600_000],
      },
    ])
  }
  const [second] = await readMailboxEvidence(evidence, emil.MailboxGuid)
  expect(second?.throttled).toEqual([{ from: Date.UTC(2024, 2, 14, 11, 58), to: Date.UTC(2024, 2, 15, 12) }])
  expect(await readMailboxEvidence(evidence, 'nobody@hospital.example')).toEqual([])
})
