import { expect, test } from 'vitest'
import { caught } from '../test/caught.ts'
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
