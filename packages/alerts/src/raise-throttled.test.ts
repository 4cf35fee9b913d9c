import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseTenantId } from '@mailtrail/core'
import { alertKey, createFolderStore, type ObjectStore } from '@mailtrail/lake'
import { describe, expect, test } from 'vitest'
import { throttledAlertId } from './alert-id.ts'
import { raiseThrottled } from './raise-throttled.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const mailboxGuid = 'aaaaaaaa-0000-4000-8000-000000000001'
const otherMailbox = 'aaaaaaaa-0000-4000-8000-000000000002'

describe('after a record flagged on 14 March at 22:00, one flagged', () => {
  test.each([
    { at: '2024-03-14T22:00:00Z', outcome: 'known', title: 'at the same time' },
    { at: '2024-03-14T23:59:59Z', outcome: 'known', title: 'later the same day' },
    { at: '2024-03-14T00:00:00Z', outcome: 'known', title: 'earlier the same day' },
    { at: '2024-03-15T00:00:01Z', outcome: 'known', title: 'across the next midnight' },
    { at: '2024-03-15T21:59:59Z', outcome: 'known', title: 'just under 24 hours later' },
    { at: '2024-03-15T22:00:00Z', outcome: 'raised', title: '24 hours later' },
    { at: '2024-03-13T22:00:01Z', outcome: 'known', title: 'just under 24 hours before' },
    { at: '2024-03-13T22:00:00Z', outcome: 'raised', title: '24 hours before' },
    { at: '2024-03-20T22:00:00Z', outcome: 'raised', title: 'days later' },
  ])('$title is $outcome', async ({ at, outcome }) => {
    await using lake = await temporaryLake()
    const first = await flag(lake, '2024-03-14T22:00:00Z')
    const second = await flag(lake, at)
    expect([first.outcome, second.outcome]).toEqual(['raised', outcome])
    expect(second.alert.id === first.alert.id).toBe(outcome === 'known')
    expect(await collect(lake.list('alerts/'))).toHaveLength(outcome === 'known' ? 1 : 2)
  })

  test('of another mailbox is raised', async () => {
    await using lake = await temporaryLake()
    await flag(lake, '2024-03-14T22:00:00Z')
    expect((await flag(lake, '2024-03-14T22:00:00Z', otherMailbox)).outcome).toBe('raised')
  })
})

test('the 24 hours count from the alert, not from records that raised nothing', async () => {
  await using lake = await temporaryLake()
  await flag(lake, '2024-03-14T10:00:00Z')
  expect((await flag(lake, '2024-03-15T09:00:00Z')).outcome).toBe('known')
  expect((await flag(lake, '2024-03-15T11:00:00Z')).outcome).toBe('raised')
})

test('the same record handled by two workers at once is raised by one of them', async () => {
  await using lake = await temporaryLake()
  const both = await Promise.all([flag(lake, '2024-03-14T22:00:00Z'), flag(lake, '2024-03-14T22:00:00Z')])
  expect(both.map(({ outcome }) => outcome).sort()).toEqual(['known', 'raised'])
})

test('an unreadable alert of the day before does not keep one from being raised', async () => {
  await using lake = await temporaryLake()
  const broken = alertKey(tenantId, '2024-03-13', throttledAlertId(tenantId, mailboxGuid, '2024-03-13'))
  await lake.create(broken, new TextEncoder().encode('{'))
  expect((await flag(lake, '2024-03-14T02:00:00Z')).outcome).toBe('raised')
})

function flag(lake: ObjectStore, at: string, mailbox = mailboxGuid) {
  const flaggedAt = Date.parse(at)
  return raiseThrottled(lake, { tenantId, mailboxGuid: mailbox, flaggedAt, raisedAt: flaggedAt + 300_000 })
}

async function temporaryLake() {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-alerts-'))
  return { ...createFolderStore(folder), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
