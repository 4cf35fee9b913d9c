import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { type Alert, type AlertDelivery, type AlertSink, raiseThrottled } from '@mailtrail/alerts'
import { dayMs, MailtrailError, minuteMs, parseTenantId, type TenantId } from '@mailtrail/core'
import { createFolderStore, type ObjectStore } from '@mailtrail/lake'
import { createLogger, SimulatedClock } from '@mailtrail/runtime'
import { expect, test } from 'vitest'
import type { DeliverHandler } from './deliver-alert.ts'
import { type DeliverJobs, startNotifier } from './start-notifier.ts'

const tenants = ['11111111-2222-4333-8444-555555555555', '99999999-2222-4333-8444-555555555555'].map(parseTenantId)
const mailboxGuid = 'aaaaaaaa-0000-4000-8000-000000000001'
const start = Date.parse('2024-03-14T12:00:00Z')

test('what is in the lake when the notifier starts reaches every destination once', async () => {
  await using fleet = await startFleet({ raised: tenants })
  await fleet.firstPass
  await fleet.queue.drain()
  await fleet.clock.advanceTo(start + minuteMs)
  await fleet.queue.drain()
  expect(fleet.sinks.map(({ delivered }) => delivered.map(({ tenantId }) => tenantId).sort())).toEqual([tenants, tenants])
})

test('an alert that nobody queued is found within a minute', async () => {
  await using fleet = await startFleet()
  await fleet.firstPass
  await fleet.raise(tenants[0])
  await fleet.clock.advanceTo(start + minuteMs)
  expect(fleet.queue.jobs.map(({ destination }) => destination)).toEqual(['siem', 'soar'])
})

test('the queue can be lost at any time', async () => {
  await using fleet = await startFleet({ raised: tenants })
  await fleet.firstPass
  expect(fleet.queue.jobs).toHaveLength(4)
  fleet.queue.jobs.length = 0
  await fleet.clock.advanceTo(start + minuteMs)
  await fleet.queue.drain()
  expect(fleet.sinks.map(({ delivered }) => delivered.length)).toEqual([2, 2])
})

test.each([
  { days: 12, found: true, title: 'late by 12 days' },
  { days: 16, found: false, title: 'of a cause 16 days past' },
])('an alert $title is found: $found', async ({ days, found }) => {
  await using fleet = await startFleet()
  await fleet.raise(tenants[0], start - days * dayMs)
  await fleet.clock.advanceTo(start + minuteMs)
  expect(fleet.queue.jobs.length > 0).toBe(found)
})

test("a tenant whose lake fails does not keep back another's alerts", async () => {
  await using fleet = await startFleet({ raised: tenants, failing: tenants[0] })
  await fleet.firstPass
  expect(new Set(fleet.queue.jobs.map(({ tenantId }) => tenantId))).toEqual(new Set([tenants[1]]))
  expect(fleet.logLines()).toContainEqual(
    expect.objectContaining({ event: 'alerts.rescan_skipped', tenantId: tenants[0], code: 'LAKE_UNAVAILABLE' }),
  )
})

test('a destination that is gone is not asked again each minute, while the other is served', async () => {
  await using fleet = await startFleet({ raised: tenants, failures: { siem: new MailtrailError('ALERT_DESTINATION_GONE', '410') } })
  await fleet.firstPass
  await fleet.queue.drain()
  await fleet.clock.advanceTo(start + minuteMs)
  expect(fleet.queue.jobs).toEqual([])
  expect(fleet.sinks.map(({ delivered }) => delivered.length)).toEqual([0, 2])
})

test('a queue that fails is tried again a minute later', async () => {
  await using fleet = await startFleet({ raised: tenants, queueFailures: 1 })
  await fleet.firstPass
  expect(fleet.queue.jobs).toEqual([])
  await fleet.clock.advanceTo(start + minuteMs)
  expect(fleet.logLines()).toContainEqual(expect.objectContaining({ event: 'alerts.rescan_failed', code: 'ECONNREFUSED' }))
  expect(fleet.queue.jobs).toHaveLength(4)
})

test('nothing is queued or taken after the notifier was disposed', async () => {
  const fleet = await startFleet()
  await fleet.firstPass
  await fleet.notifier[Symbol.asyncDispose]()
  await fleet.raise(tenants[0])
  await fleet.clock.advanceTo(start + 5 * minuteMs)
  expect(fleet.queue.jobs).toEqual([])
  expect(fleet.queue.isWorking()).toBe(false)
  await fleet.removeLake()
})

interface FleetOptions {
  readonly raised?: readonly TenantId[]
  readonly failing?: TenantId | undefined
  readonly failures?: Readonly<Record<string, Error>>
  readonly queueFailures?: number
}

/** A notifier over a temporary lake, with a queue and destinations in memory. */
async function startFleet({ raised = [], failing, failures = {}, queueFailures = 0 }: FleetOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-notifier-'))
  const lake = createFolderStore(folder)
  const clock = new SimulatedClock(start)
  const queue = memoryQueue(queueFailures)
  const sinks = ['siem', 'soar'].map((name) => memorySink(name, failures[name]))
  const firstPass = Promise.withResolvers<void>()
  const lines: string[] = []
  const log = createLogger('info', new Writable({ write: (chunk, _, done) => done(void lines.push(`${chunk}`)) }))
  const raise = async (tenantId: TenantId | undefined, flaggedAt = start): Promise<void> => {
    if (tenantId) await raiseThrottled(lake, { tenantId, mailboxGuid, flaggedAt, raisedAt: start })
  }
  for (const tenantId of raised) await raise(tenantId)

  const notifier = await startNotifier({
    lakeOf: async (tenantId) => (tenantId === failing ? failingStore(lake) : lake),
    destinationsOf: async (_tenantId, names) => names,
    listTenants: async function* () {
      try {
        yield* tenants
      } finally {
        firstPass.resolve()
      }
    },
    sinks: sinks.map(({ sink }) => sink),
    clock,
    deliverJobs: queue.deliverJobs,
    log,
  })
  const removeLake = (): Promise<void> => rm(folder, { recursive: true })
  return {
    clock,
    queue,
    sinks,
    notifier,
    raise,
    removeLake,
    firstPass: firstPass.promise,
    logLines: () => lines.map((line): unknown => JSON.parse(line)),
    [Symbol.asyncDispose]: async () => {
      await notifier[Symbol.asyncDispose]()
      await removeLake()
    },
  }
}

/** As the real queue does, it takes a delivery that waits already for one. A failed job leaves it. */
function memoryQueue(failures: number) {
  const jobs: AlertDelivery[] = []
  let handle: DeliverHandler | undefined
  let failuresLeft = failures
  const isSame = (a: AlertDelivery) => (b: AlertDelivery) => a.alertId === b.alertId && a.destination === b.destination
  const deliverJobs: DeliverJobs = {
    enqueue: async (delivery) => {
      failuresLeft -= 1
      if (failuresLeft >= 0) throw Object.assign(new Error('no Redis'), { code: 'ECONNREFUSED' })
      if (!jobs.some(isSame(delivery))) jobs.push(delivery)
    },
    work: async (handler) => {
      handle = handler
      return {
        [Symbol.asyncDispose]: async () => {
          handle = undefined
        },
      }
    },
  }
  const context = { signal: new AbortController().signal, log: createLogger('silent'), attempt: 1 }
  return {
    jobs,
    deliverJobs,
    isWorking: () => handle !== undefined,
    drain: async () => {
      for (const job of jobs.splice(0)) await handle?.({ v: 1, ...job }, context).catch(() => {})
    },
  }
}

function memorySink(name: string, failure: Error | undefined) {
  const delivered: Alert[] = []
  const sink: AlertSink = {
    name,
    deliver: async (alert) => {
      if (failure) throw failure
      delivered.push(alert)
      return { status: 204 }
    },
    [Symbol.asyncDispose]: async () => {},
  }
  return { sink, delivered }
}

function failingStore(lake: ObjectStore): ObjectStore {
  return {
    ...lake,
    list: () => {
      throw new MailtrailError('LAKE_UNAVAILABLE', 'The lake does not answer.', { retry: { again: true } })
    },
  }
}
