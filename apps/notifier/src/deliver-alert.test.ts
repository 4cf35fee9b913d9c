import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Alert, type AlertSink, raiseThrottled } from '@mailtrail/alerts'
import { MailtrailError, parseTenantId } from '@mailtrail/core'
import { createFolderStore, deliveredKey, type ObjectStore } from '@mailtrail/lake'
import { createLogger, SimulatedClock } from '@mailtrail/runtime'
import { expect, test } from 'vitest'
import { createDeliverHandler } from './deliver-alert.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const otherTenant = parseTenantId('99999999-2222-4333-8444-555555555555')
const mailboxGuid = 'aaaaaaaa-0000-4000-8000-000000000001'
const now = Date.parse('2024-03-14T12:00:00Z')
const clock = new SimulatedClock(now)
const context = { signal: new AbortController().signal, log: createLogger('silent'), attempt: 3 }

test('an alert is delivered, and the lake says so', async () => {
  await using lake = await temporaryLake()
  const { sink, delivered } = memorySink()
  const task = await raise(lake)
  await handler(lake, sink)(task, context)

  expect(delivered.map(({ id, kind }) => [id, kind])).toEqual([[task.alertId, 'mailbox.throttled']])
  const receipt = await lake.read(deliveredKey(tenantId, task.date, task.alertId, 'siem'))
  expect(JSON.parse(Buffer.from(receipt ?? []).toString())).toMatchObject({
    at: '2024-03-14T12:00:00.000Z',
    attempts: 3,
    status: 204,
    webhookId: task.alertId,
  })
})

test('an alert that the lake says is delivered is not sent again', async () => {
  await using lake = await temporaryLake()
  const { sink, delivered } = memorySink()
  const task = await raise(lake)
  await handler(lake, sink)(task, context)
  await handler(lake, sink)(task, context)
  expect(delivered).toHaveLength(1)
})

test('after a crash between delivery and receipt it is sent again under the same id', async () => {
  await using lake = await temporaryLake()
  const { sink, delivered } = memorySink()
  const task = await raise(lake)
  const crashing: ObjectStore = { ...lake, create: () => Promise.reject(new Error('killed')) }
  await expect(handler(crashing, sink)(task, context)).rejects.toThrow('killed')
  await handler(lake, sink)(task, context)
  expect(delivered.map(({ id }) => id)).toEqual([task.alertId, task.alertId])
})

test('a delivery that fails leaves no receipt, and the reason reaches the queue', async () => {
  await using lake = await temporaryLake()
  const task = await raise(lake)
  const failure = new MailtrailError('ALERT_DELIVERY_FAILED', 'It answered 503.', { retry: { again: true, afterMs: 7_000 } })
  const gone = new Set<string>()
  await expect(handler(lake, memorySink(failure).sink, gone)(task, context)).rejects.toBe(failure)
  expect(await lake.stat(deliveredKey(tenantId, task.date, task.alertId, 'siem'))).toBeUndefined()
  expect(gone).toEqual(new Set())
})

test('a destination is remembered as gone until it accepts again', async () => {
  await using lake = await temporaryLake()
  const task = await raise(lake)
  const gone = new Set<string>()
  const failure = new MailtrailError('ALERT_DESTINATION_GONE', 'It answered 410.')
  await expect(handler(lake, memorySink(failure).sink, gone)(task, context)).rejects.toBe(failure)
  expect(gone).toEqual(new Set(['siem']))
  await handler(lake, memorySink().sink, gone)(task, context)
  expect(gone).toEqual(new Set())
})

test('what was accepted is recorded even when the process is asked to end meanwhile', async () => {
  await using lake = await temporaryLake()
  const task = await raise(lake)
  const ending = new AbortController()
  const { sink } = memorySink()
  const lastSink = {
    ...sink,
    deliver: async (...args: Parameters<AlertSink['deliver']>) => sink.deliver(...args).finally(() => ending.abort()),
  }
  const strict: ObjectStore = {
    ...lake,
    create: async (key, body, options) => {
      options?.signal?.throwIfAborted()
      return lake.create(key, body)
    },
  }
  await handler(strict, lastSink)(task, { ...context, signal: ending.signal })
  expect(await lake.stat(deliveredKey(tenantId, task.date, task.alertId, 'siem'))).toBeDefined()
})

test.each([
  { title: 'for a destination that is not configured', change: { destination: 'soar' }, code: 'ALERT_DESTINATION_UNKNOWN' },
  { title: 'for an alert that is not in the lake', change: { date: '2024-03-01' }, code: 'ALERT_MISSING' },
  { title: "for another tenant's alert", change: { tenantId: otherTenant }, code: 'ALERT_MISSING' },
])('a job $title ends, and nothing is sent', async ({ change, code }) => {
  await using lake = await temporaryLake()
  const { sink, delivered } = memorySink()
  const task = { ...(await raise(lake)), ...change }
  await expect(handler(lake, sink)(task, context)).rejects.toMatchObject({ code, retry: { again: false } })
  expect(delivered).toEqual([])
})

function handler(lake: ObjectStore, sink: AlertSink, gone = new Set<string>()) {
  return createDeliverHandler({ lakeOf: async () => lake, sinks: [sink], clock, gone })
}

async function raise(lake: ObjectStore) {
  const { alert } = await raiseThrottled(lake, { tenantId, mailboxGuid, flaggedAt: now - 600_000, raisedAt: now - 300_000 })
  return { v: 1, tenantId, date: alert.date, alertId: alert.id, destination: 'siem' } as const
}

function memorySink(failure?: Error) {
  const delivered: Alert[] = []
  const sink: AlertSink = {
    name: 'siem',
    deliver: async (alert) => {
      if (failure) throw failure
      delivered.push(alert)
      return { status: 204 }
    },
    [Symbol.asyncDispose]: async () => {},
  }
  return { sink, delivered }
}

async function temporaryLake() {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-notifier-'))
  return { ...createFolderStore(folder), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
