import { expect, test } from 'vitest'
import { caught } from '../test/caught.ts'
import { collect } from '../test/collect.ts'
import { publisherId, sendJson, startVendorService } from '../test/vendor-service.ts'
import { createActivityApi } from './activity-api.ts'

test('a subscription is enabled only if the service says so', async () => {
  await using service = await startVendorService((response) =>
    sendJson(
      response,
      [
        { contentType: 'Audit.Exchange', status: 'enabled', webhook: null },
        { contentType: 'Audit.General', status: 'disabled', webhook: null },
        { contentType: 'Audit.SharePoint', webhook: null },
        { contentType: 'DLP.All', status: 'paused' },
      ],
      { date: 'Thu, 14 Mar 2024 09:20:00 GMT' },
    ),
  )
  await using api = createActivityApi(service.options)
  expect(await api.listSubscriptions()).toEqual({
    serviceDate: new Date('2024-03-14T09:20:00Z'),
    subscriptions: [
      { contentType: 'Audit.Exchange', status: 'enabled' },
      { contentType: 'Audit.General', status: 'disabled' },
      { contentType: 'Audit.SharePoint', status: 'unknown' },
      { contentType: 'DLP.All', status: 'unknown' },
    ],
  })
})

test('a start is posted with content type and publisher', async () => {
  await using service = await startVendorService((response) => sendJson(response, { contentType: 'Audit.Exchange', status: 'enabled' }))
  await using api = createActivityApi(service.options)
  await api.startSubscription('Audit.Exchange')
  expect(service.calls).toMatchObject([{ method: 'POST', body: '' }])
  expect(service.calls[0]?.url.search).toBe(`?contentType=Audit.Exchange&PublisherIdentifier=${publisherId}`)
})

test.each([
  { title: 'already enabled is a success', status: 400, error: { code: 'AF20024' }, code: undefined },
  {
    title: 'refused because auditing is off says so and is re-checked hourly',
    status: 400,
    error: {
      code: 'StartSubscription [CorrelationId=x]',
      message: 'Microsoft.Office.Compliance.Audit.DataServiceException: Tenant 1 does not exist.',
    },
    code: 'ACTIVITY_API_AUDITING_OFF',
  },
  {
    title: 'answered by an error object with HTTP 200 fails',
    status: 200,
    error: { code: 'AF20023' },
    code: 'ACTIVITY_API_SUBSCRIPTION_DISABLED',
  },
])('a start $title', async ({ status, error, code }) => {
  await using service = await startVendorService((response) => sendJson(response, { error }, { status }))
  await using api = createActivityApi(service.options)
  const started = api.startSubscription('Audit.Exchange')
  if (code === undefined) return await started
  expect(await caught(started)).toMatchObject({ code })
})

test('a stop is posted with content type and publisher, and answered by nothing', async () => {
  await using service = await startVendorService((response) => void response.end())
  await using api = createActivityApi(service.options)
  await api.stopSubscription('Audit.Exchange')
  expect(service.calls).toMatchObject([{ method: 'POST', body: '' }])
  expect(service.calls[0]?.url.pathname).toMatch(/\/activity\/feed\/subscriptions\/stop$/)
  expect(service.calls[0]?.url.search).toBe(`?contentType=Audit.Exchange&PublisherIdentifier=${publisherId}`)
})

test.each([
  { title: 'a subscription that is not there is a success', status: 404, body: '{"error":{"code":"AF20022"}}', code: undefined },
  { title: 'an error object with HTTP 200 fails', status: 200, body: '{"error":{"code":"AF20011"}}', code: 'ACTIVITY_API_TENANT_UNKNOWN' },
  { title: 'a page of a gateway with HTTP 200 fails', status: 200, body: '<html>', code: 'ACTIVITY_API_RESPONSE_INVALID' },
  { title: 'anything endless fails', status: 200, body: ' '.repeat(70_000), code: 'ACTIVITY_API_RESPONSE_INVALID' },
])('a stop answered by $title', async ({ status, body, code }) => {
  await using service = await startVendorService((response) => void response.writeHead(status).end(body))
  await using api = createActivityApi(service.options)
  const stopped = api.stopSubscription('Audit.Exchange')
  if (code === undefined) return await stopped
  expect(await caught(stopped)).toMatchObject({ code, operation: 'stop-subscription' })
})

test('every call carries our publisher, once', async () => {
  await using service = await startVendorService((response, { method, url }) => {
    if (url.pathname.endsWith('/stop')) return void response.end()
    const foreign = `${service.origin}/x?page=2&publisheridentifier=theirs&PublisherIdentifier=theirs`
    sendJson(response, method === 'POST' ? { contentType: 'x' } : [], url.search.includes('startTime') ? { NextPageUri: foreign } : {})
  })
  await using api = createActivityApi(service.options)
  const start = Date.now() - 3_600_000
  await api.startSubscription('Audit.Exchange')
  await api.listSubscriptions()
  await collect(api.listContent({ contentType: 'Audit.Exchange', start, end: start + 1_000 }))
  await api.openContent({ contentId: 'x', contentUri: `${service.origin}/x?PublisherIdentifier=theirs` })
  await api.stopSubscription('Audit.Exchange')
  const publishers = service.calls.map(({ url }) =>
    [...url.searchParams].filter(([name]) => name.toLowerCase() === 'publisheridentifier').map(([, value]) => value),
  )
  expect(publishers).toEqual(Array.from({ length: 6 }, () => [publisherId]))
})
