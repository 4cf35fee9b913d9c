import { parseTenantId } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import {
  consentAlertId,
  contentAlertId,
  credentialAlertId,
  deliveryDeadAlertId,
  gapAlertId,
  subscriptionAlertId,
  throttledAlertId,
  verifyFailedAlertId,
} from './alert-id.ts'
import { gapOpenedAlert, throttledAlert } from './new-alert.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const otherTenant = parseTenantId('99999999-2222-4333-8444-555555555555')
const mailboxGuid = 'aaaaaaaa-0000-4000-8000-000000000001'
const gap = { contentType: 'Audit.Exchange', from: 0, to: 600_000, cause: 'AF20051' }
const content = { kind: 'content.variant', contentHash: 'ab'.repeat(32), reason: 'OTHER_RECORDS' } as const

describe('ids', () => {
  test('never change, for receivers tell repeats by them', () => {
    expect(throttledAlertId(tenantId, mailboxGuid, '2024-03-14')).toMatchInlineSnapshot(`"6c305e3330e7dbf34ba04f917a95a056"`)
    expect(gapAlertId(tenantId, gap, 'opened')).toMatchInlineSnapshot(`"645c0d64a8bf16c9d421e04afb875606"`)
    expect(contentAlertId(tenantId, content)).toMatchInlineSnapshot(`"b0fe9e54e3a1e95c1a1651801c5362ba"`)
    expect(subscriptionAlertId(tenantId, 'Audit.Exchange', 0)).toMatchInlineSnapshot(`"dc952f5219135ffe594511ed8eec04f1"`)
    expect(consentAlertId(tenantId, 0)).toMatchInlineSnapshot(`"66d101d74d3a270f1416c9398f7e685e"`)
    expect(credentialAlertId(tenantId, 'file', 0, 30)).toMatchInlineSnapshot(`"3a072d9caa9ee8f8d7770f5bc788517a"`)
    expect(deliveryDeadAlertId(tenantId, 'siem', '2024-03-14')).toMatchInlineSnapshot(`"53491078e9b788e2fec8bcfb12086bf3"`)
    expect(verifyFailedAlertId(tenantId, 'ab')).toMatchInlineSnapshot(`"81282188c7fd24377eab979facda5fe3"`)
  })

  test('differ when anything about the cause does', () => {
    const ids = [
      throttledAlertId(tenantId, mailboxGuid, '2024-03-14'),
      throttledAlertId(tenantId, mailboxGuid, '2024-03-15'),
      throttledAlertId(otherTenant, mailboxGuid, '2024-03-14'),
      gapAlertId(tenantId, gap, 'opened'),
      gapAlertId(tenantId, gap, 'closed'),
      gapAlertId(otherTenant, gap, 'opened'),
      gapAlertId(tenantId, { ...gap, to: 1_200_000 }, 'opened'),
      gapAlertId(tenantId, { ...gap, cause: 'dead' }, 'opened'),
      contentAlertId(tenantId, content),
      contentAlertId(tenantId, { ...content, kind: 'content.quarantined' }),
      contentAlertId(tenantId, { ...content, reason: 'OTHER' }),
      subscriptionAlertId(tenantId, 'Audit.Exchange', 0),
      subscriptionAlertId(tenantId, 'Audit.Exchange', 1),
      consentAlertId(tenantId, 0),
      consentAlertId(tenantId, 1),
      credentialAlertId(tenantId, 'file', 0, 30),
      credentialAlertId(tenantId, 'file', 0, 14),
      credentialAlertId(tenantId, 'file', 1, 30),
      credentialAlertId(tenantId, 'env', 0, 30),
      verifyFailedAlertId(tenantId, 'ab'),
      verifyFailedAlertId(tenantId, 'cd'),
      deliveryDeadAlertId(tenantId, 'siem', '2024-03-14'),
      deliveryDeadAlertId(tenantId, 'siem', '2024-03-15'),
      deliveryDeadAlertId(tenantId, 'soar', '2024-03-14'),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('are those of the cause whenever it is raised', () => {
    const flagged = { tenantId, mailboxGuid, flaggedAt: Date.parse('2024-03-14T23:59:00Z') }
    const first = throttledAlert({ ...flagged, raisedAt: Date.parse('2024-03-15T00:05:00Z') })
    const retried = throttledAlert({ ...flagged, raisedAt: Date.parse('2024-03-17T09:00:00Z') })
    expect([retried.id, retried.date]).toEqual([first.id, first.date])
    expect(first.id).toBe(throttledAlertId(tenantId, mailboxGuid, '2024-03-14'))

    const opened = [1, 2].map((day) => gapOpenedAlert(tenantId, { ...gap, recoverable: true }, day * 86_400_000))
    expect(opened[0]?.id).toBe(opened[1]?.id)
  })

  test('do not depend on the letter case a record spells a mailbox in', () => {
    expect(throttledAlertId(tenantId, mailboxGuid.toUpperCase(), '2024-03-14')).toBe(throttledAlertId(tenantId, mailboxGuid, '2024-03-14'))
  })
})
