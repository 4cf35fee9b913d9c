import { listableMs } from '@mailtrail/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { caught } from '../test/caught.ts'
import { collect } from '../test/collect.ts'
import { sendJson, startVendorService, type VendorService } from '../test/vendor-service.ts'
import { type ActivityApi, createActivityApi } from './activity-api.ts'

const serviceDate = Date.UTC(2024, 2, 14, 9, 20)
const edge = serviceDate - listableMs
/** Ours is a month behind. */
const ourTime = serviceDate - 30 * 86_400_000

let service: VendorService
let api: ActivityApi
let now = ourTime
beforeEach(async () => {
  now = ourTime
  service = await startVendorService((response) => sendJson(response, [], { date: new Date(serviceDate).toUTCString() }))
  api = createActivityApi({ ...service.options, clock: { now: () => now } })
})
afterEach(async () => {
  await api[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
})

const list = (start: number) => collect(api.listContent({ contentType: 'Audit.Exchange', start, end: start + 600_000 }))

describe('a window that starts beyond 167 h 55 min', () => {
  test('by the time of the service is refused without a call', async () => {
    await api.listSubscriptions()
    expect(await caught(list(edge - 1))).toMatchObject({ code: 'ACTIVITY_API_WINDOW_AGED_OUT', serviceDate, retry: { again: false } })
    expect(service.calls).toHaveLength(1)
    await list(edge)
    expect(service.calls).toHaveLength(2)
  })

  test('is refused once time has gone on, measured by our clock', async () => {
    await api.listSubscriptions()
    now += 1_000
    expect(await caught(list(edge))).toMatchObject({ code: 'ACTIVITY_API_WINDOW_AGED_OUT', serviceDate: serviceDate + 1_000 })
    await list(edge + 1_000)
  })

  test('is left to the service while its time is not known, and is never judged by ours', async () => {
    service.answers.feed = (response) => {
      response.sendDate = false
      sendJson(response, [])
    }
    await api.listSubscriptions()
    await list(edge - 86_400_000)
    expect(service.calls).toHaveLength(2)
  })
})

describe('the time of the service', () => {
  test('is known after the first answer, a failed one included', async () => {
    expect(api.serviceNow()).toBeUndefined()
    service.answers.feed = (response) => sendJson(response, {}, { status: 500, date: new Date(serviceDate).toUTCString() })
    await caught(api.listSubscriptions())
    now += 5
    expect(api.serviceNow()).toBe(serviceDate + 5)
  })

  test('is told with a refused window, so that a clock of ours that is wrong can be told from a window that aged out', async () => {
    service.answers.feed = (response) =>
      sendJson(response, { error: { code: 'AF20030', message: 'x' } }, { status: 400, date: new Date(serviceDate).toUTCString() })
    expect(await caught(list(serviceDate - 1_000))).toMatchObject({
      code: 'ACTIVITY_API_WINDOW_AGED_OUT',
      vendorCode: 'AF20030',
      serviceDate,
    })
  })

  test.each([
    { title: 'an error object', status: 403, body: { error: { code: 'AF429' } } },
    { title: 'a gateway', status: 502, body: '<html>' },
    { title: 'a listing of another shape', status: 200, body: [{}] },
  ])('is told with the failure of $title', async ({ status, body }) => {
    service.answers.feed = (response) => sendJson(response, body, { status, date: new Date(serviceDate).toUTCString() })
    expect(await caught(list(edge))).toMatchObject({ serviceDate, status })
  })

  test('is told with a refused login, and is not there when no answer came', async () => {
    service.answers.login = (response) =>
      sendJson(response, { error: 'invalid_client' }, { status: 401, date: new Date(serviceDate).toUTCString() })
    expect(await caught(api.listSubscriptions())).toMatchObject({ operation: 'login', serviceDate })
    service.answers.login = (response) => response.destroy()
    expect(await caught(api.listSubscriptions())).toMatchObject({ operation: 'login', serviceDate: undefined })
  })
})
