import { parseMailAccess } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { flaggedMailbox } from './flagged-mailbox.ts'

const available = Date.parse('2024-03-11T05:00:00Z')
const record = {
  CreationTime: '2024-03-10T23:00:00',
  MailboxGuid: 'ABCDEF01-2222-4333-8444-555555555555',
  MailboxOwnerUPN: 'owner@clinic.example',
  OperationProperties: [
    { Name: 'MailAccessType', Value: 'Bind' },
    { Name: 'isthrottled', Value: 'true' },
  ],
}
const flag = (change: object): ReturnType<typeof flaggedMailbox> => flaggedMailbox(parseMailAccess({ ...record, ...change }), available)

describe(flaggedMailbox, () => {
  test('names the mailbox by GUID and the time of the record', () => {
    expect(flag({})).toMatchObject({ mailboxGuid: 'abcdef01-2222-4333-8444-555555555555', flaggedAt: Date.parse('2024-03-10T23:00:00Z') })
  })

  test.each([
    { title: 'no time', change: { CreationTime: undefined } },
    { title: 'a time that is none', change: { CreationTime: 'yesterday' } },
  ])('takes the time of availability for a record with $title', ({ change }) => {
    expect(flag(change)).toMatchObject({ flaggedAt: available })
  })

  test.each([
    { title: 'no GUID', change: { MailboxGuid: undefined } },
    { title: 'a malformed GUID', change: { MailboxGuid: 'mailbox 7' } },
  ])('makes a GUID for a record with $title', ({ change }) => {
    expect(flag(change)?.mailboxGuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(JSON.stringify(flag(change))).not.toContain('owner')
  })

  test.each([{ Value: 'False' }, { Value: '' }])('is undefined when the flag is "$Value"', ({ Value }) => {
    expect(flag({ OperationProperties: [{ Name: 'IsThrottled', Value }] })).toBeUndefined()
  })
})
