import { parseTenantId } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { type Alert, alertKinds, checkAlert, parseAlert } from './alert.ts'
import { credentialExpiringAlert } from './credential-expiring.ts'
import {
  amendedAlert,
  consentRevokedAlert,
  contentAlert,
  deliveryDeadAlert,
  gapClosedAlert,
  gapOpenedAlert,
  subscriptionDisabledAlert,
  throttledAlert,
  verifyFailedAlert,
} from './new-alert.ts'
import { webhookBody } from './webhook-sink.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const raisedAt = Date.parse('2024-03-14T12:00:00Z')
const gap = { contentType: 'Audit.Exchange', from: raisedAt - 600_000, to: raisedAt, cause: 'AF20051' }
const content = { contentHash: 'ab'.repeat(32), reason: 'BODY_TRAILING', created: raisedAt, count: 3 }

const samples: readonly Alert[] = [
  throttledAlert({
    tenantId,
    mailboxGuid: 'AAAAAAAA-0000-4000-8000-000000000001',
    flaggedAt: raisedAt - 60_000,
    raisedAt,
  }),
  gapOpenedAlert(tenantId, { ...gap, recoverable: false }, raisedAt),
  gapClosedAlert(tenantId, gap, raisedAt),
  amendedAlert(tenantId, { contentType: 'Audit.Exchange', eventDate: '2024-03-01', enteredAt: raisedAt - 60_000 }, raisedAt),
  contentAlert(tenantId, { ...content, kind: 'content.quarantined' }, raisedAt),
  contentAlert(tenantId, { ...content, kind: 'content.variant' }, raisedAt),
  subscriptionDisabledAlert(tenantId, { contentType: 'Audit.Exchange', since: raisedAt - 60_000, reason: 'AF20022' }, raisedAt),
  consentRevokedAlert(tenantId, { since: raisedAt - 60_000, vendorCode: 'AADSTS7000229' }, raisedAt),
  ...[credentialExpiringAlert(tenantId, { credential: 'file', expiresAt: raisedAt + 86_400_000 }, raisedAt)].filter(
    (alert) => alert !== undefined,
  ),
  verifyFailedAlert(
    tenantId,
    { findings: 3, altered: 2, missing: 1, unrecorded: 0, headsNotInChain: 0, findingsSha256: 'ab'.repeat(32) },
    raisedAt,
  ),
  deliveryDeadAlert(tenantId, { destination: 'siem', reason: 'ALERT_DELIVERY_FAILED' }, raisedAt),
]

const stringFields = samples.flatMap((sample) =>
  Object.entries(sample.data)
    .filter(([, value]) => typeof value === 'string')
    .map(([field]) => ({ kind: sample.kind, field, sample })),
)

test('there is a sample of every kind', () => {
  expect(samples.map(({ kind }) => kind)).toEqual(alertKinds)
})

describe.each(samples.map((sample) => ({ kind: sample.kind, sample })))('$kind', ({ sample }) => {
  test('reads back as it was written', () => {
    expect(parseAlert(bytes(sample))).toEqual(sample)
  })

  test('leaves for a destination without an address in it', () => {
    expect(webhookBody(sample)).not.toContain('@')
    expect(Buffer.byteLength(webhookBody(sample))).toBeLessThan(1_000)
  })

  test('says at its destination its kind, its time, its tenant and its id', () => {
    expect(JSON.parse(webhookBody(sample))).toEqual({
      type: sample.kind,
      timestamp: '2024-03-14T12:00:00Z',
      data: { tenantId, alertId: sample.id, ...sample.data },
    })
  })

  test.each(['mailbox', 'subject', 'MailboxOwnerUPN'])('has no field %s', (field) => {
    expect(() => checkAlert({ ...sample, data: { ...sample.data, [field]: 'x' } })).toThrow(
      expect.objectContaining({ code: 'ALERT_INVALID' }),
    )
    expect(() => checkAlert({ ...sample, [field]: 'x' })).toThrow(expect.objectContaining({ code: 'ALERT_INVALID' }))
  })
})

test.each(stringFields)('$field of $kind has no room for an address or a subject', ({ sample, field }) => {
  for (const text of ['jane.doe@hospital.example', 'Results of your scan']) {
    expect(() => checkAlert({ ...sample, data: { ...sample.data, [field]: text } })).toThrow(`(data.${field})`)
  }
})

test('a throttled alert spans from 2 minutes before the flagged record to 24 hours after it', () => {
  expect(samples[0]?.data).toEqual({
    mailboxGuid: 'aaaaaaaa-0000-4000-8000-000000000001',
    flaggedAt: '2024-03-14T11:59:00Z',
    unrecordedFrom: '2024-03-14T11:57:00Z',
    unrecordedUntil: '2024-03-15T11:59:00Z',
  })
})

test.each([
  { title: 'cut short', text: '{"schema":1,"id":"jane.doe@hospital.example' },
  {
    title: 'of a later schema',
    text: JSON.stringify({ ...samples[0], schema: 2, note: 'jane.doe@hospital.example' }),
  },
  { title: 'of an unknown kind', text: JSON.stringify({ ...samples[0], kind: 'jane.doe@hospital.example' }) },
  {
    title: 'of a tenant that is a path',
    text: JSON.stringify({ ...samples[0], tenantId: '../jane.doe@hospital.example' }),
  },
])('an alert $title is refused without quoting it', ({ text }) => {
  const read = () => parseAlert(new TextEncoder().encode(text))
  expect(read).toThrow(expect.objectContaining({ code: 'ALERT_INVALID', retry: { again: false } }))
  expect(read).not.toThrow(/jane/)
})

function bytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}
