import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { caught } from '../test/caught.ts'
import { collect } from '../test/collect.ts'
import { publisherId, sendJson, startVendorService, tenantId, type VendorService } from '../test/vendor-service.ts'
import { type ActivityApi, createActivityApi } from './activity-api.ts'

let service: VendorService
let api: ActivityApi
beforeEach(async () => {
  service = await startVendorService()
  api = createActivityApi(service.options)
})
afterEach(async () => {
  await api[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
})

const start = Date.UTC(2024, 2, 14, 9, 0, 0)
const query = { contentType: 'Audit.Exchange', start, end: start + 600_000 }
const listingPath = `/api/v1.0/${tenantId}/activity/feed/subscriptions/content`

function descriptor(contentId: string) {
  return {
    contentType: 'Audit.Exchange',
    contentId,
    contentUri: `${service.origin}/api/v1.0/${tenantId}/activity/feed/audit/${contentId}`,
    contentCreated: '2024-03-14T09:01:02.345Z',
    contentExpiration: '2024-03-21T09:01:02.345Z',
  }
}

/** Answers with page `n` of `last`, the rest named by a header. */
function answerPages(last: number, headerName = 'NextPageUri') {
  service.answers.feed = (response, { url }) => {
    const page = Number(url.searchParams.get('nextPage') ?? 1)
    const next = page < last && { [headerName]: `${service.origin}/api/v1/${tenantId}/list?token=a%2Bb~c&nextPage=${page + 1}` }
    sendJson(response, [descriptor(`content-${page}`)], { ...next, date: `Thu, 14 Mar 2024 09:20:0${page} GMT` })
  }
}

describe('a listing', () => {
  test('asks for whole seconds of UTC without zone, with both times and the publisher', async () => {
    await collect(api.listContent({ ...query, start: start + 1, end: start + 600_001 }))
    const { pathname, searchParams } = service.calls[0]?.url ?? new URL('none:')
    expect(pathname).toBe(listingPath)
    expect(Object.fromEntries(searchParams)).toEqual({
      contentType: 'Audit.Exchange',
      startTime: '2024-03-14T09:00:00',
      endTime: '2024-03-14T09:10:01',
      PublisherIdentifier: publisherId,
    })
  })

  test('gives times as numbers and the service time of each page', async () => {
    answerPages(2)
    expect(await collect(api.listContent(query))).toEqual([
      { serviceDate: Date.UTC(2024, 2, 14, 9, 20, 1), contents: [expect.objectContaining({ contentId: 'content-1' })] },
      {
        serviceDate: Date.UTC(2024, 2, 14, 9, 20, 2),
        contents: [
          {
            ...descriptor('content-2'),
            contentCreated: Date.UTC(2024, 2, 14, 9, 1, 2, 345),
            contentExpiration: Date.UTC(2024, 2, 21, 9, 1, 2, 345),
          },
        ],
      },
    ])
  })

  test.each(['NextPageUri', 'NextPageUrl', 'nextpageuri', 'NEXTPAGEURL'])('goes on to the page named by %s', async (headerName) => {
    answerPages(3, headerName)
    expect(await collect(api.listContent(query))).toHaveLength(3)
  })

  test('keeps the token of a next page byte for byte and adds the publisher', async () => {
    answerPages(2)
    await collect(api.listContent(query))
    expect(service.calls[1]?.url.search).toBe(`?token=a%2Bb~c&nextPage=2&PublisherIdentifier=${publisherId}`)
  })

  test('that is left early asks for no further page', async () => {
    answerPages(3)
    for await (const _ of api.listContent(query)) break
    expect(service.calls).toHaveLength(1)
  })

  test('without a Date has no service time', async () => {
    service.answers.feed = (response) => {
      response.sendDate = false
      sendJson(response, [])
    }
    expect(await collect(api.listContent(query))).toEqual([{ serviceDate: undefined, contents: [] }])
  })

  test('may begin with a byte-order mark', async () => {
    service.answers.feed = (response) => response.end(`\uFEFF${JSON.stringify([descriptor('content-1')])}`)
    expect(await collect(api.listContent(query))).toMatchObject([{ contents: [{ contentId: 'content-1' }] }])
  })
})

describe('a listing fails', () => {
  test.each([
    { title: 'longer than 24 hours', end: start + 86_400_001, code: 'ACTIVITY_API_WINDOW_TOO_LONG' },
    { title: 'empty', end: start, code: 'ACTIVITY_API_REQUEST_INVALID' },
    { title: 'without an end', end: Number.NaN, code: 'ACTIVITY_API_REQUEST_INVALID' },
  ])('before anything is sent when the window is $title', async ({ end, code }) => {
    expect(await caught(collect(api.listContent({ ...query, end })))).toMatchObject({ code, retry: { again: false } })
    expect([service.logins, service.calls]).toEqual([[], []])
  })

  test('before another host hears of it when the next page is there', async () => {
    await using foreign = await startVendorService()
    service.answers.feed = (response) => sendJson(response, [], { NextPageUri: `${foreign.origin}${listingPath}?nextPage=2` })
    expect(await caught(collect(api.listContent(query)))).toMatchObject({ code: 'ACTIVITY_API_FOREIGN_HOST', retry: { again: false } })
    expect(foreign.calls).toEqual([])
  })

  test('that names a content on another host is refused whole, for the window can be listed again', async () => {
    const elsewhere = { ...descriptor('elsewhere'), contentUri: 'https://elsewhere.example/content' }
    service.answers.feed = (response) => sendJson(response, [descriptor('here'), elsewhere])
    expect(await caught(collect(api.listContent(query)))).toMatchObject({ code: 'ACTIVITY_API_FOREIGN_HOST' })
  })

  test.each([302, 307])('without following a redirect (%i)', async (status) => {
    await using foreign = await startVendorService()
    service.answers.feed = (response) => response.writeHead(status, { location: `${foreign.origin}${listingPath}` }).end()
    expect(await caught(collect(api.listContent(query)))).toMatchObject({ code: 'ACTIVITY_API_RESPONSE_INVALID', status })
    expect([service.calls.length, foreign.calls.length]).toEqual([1, 0])
  })

  test('when pages go round in a circle', async () => {
    service.answers.feed = (response, { url }) => {
      const page = Number(url.searchParams.get('nextPage') ?? 1)
      sendJson(response, [], { NextPageUri: `${service.origin}${listingPath}?nextPage=${(page % 3) + 1}` })
    }
    expect(await caught(collect(api.listContent(query)))).toMatchObject({ code: 'ACTIVITY_API_PAGE_INVALID', retry: { again: true } })
    expect(service.calls.length).toBeLessThan(12)
  })

  test.each([
    { title: 'an error object with a code', body: { error: { code: 'AF20022', message: 'x' } }, code: 'ACTIVITY_API_SUBSCRIPTION_MISSING' },
    { title: 'an object', body: {}, code: 'ACTIVITY_API_RESPONSE_INVALID' },
    { title: 'null', body: null, code: 'ACTIVITY_API_RESPONSE_INVALID' },
    { title: 'a descriptor without id', body: [{ contentUri: 'https://x' }], code: 'ACTIVITY_API_RESPONSE_INVALID' },
  ])('when it is $title in spite of HTTP 200', async ({ body, code }) => {
    service.answers.feed = (response) => sendJson(response, body)
    expect(await caught(collect(api.listContent(query)))).toMatchObject({ code, tenantId, operation: 'list-content' })
  })

  test('when a page breaks off', async () => {
    service.answers.feed = (response) => {
      response.writeHead(200, { 'content-length': 100 }).write('[]')
      setImmediate(() => response.destroy())
    }
    expect(await caught(collect(api.listContent(query)))).toMatchObject({ code: 'ACTIVITY_API_TRANSFER_CUT', retry: { again: true } })
  })

  test('with the time to wait when it is throttled', async () => {
    service.answers.feed = (response) => sendJson(response, { error: { code: 'AF429', message: 'x' } }, { status: 403, 'retry-after': 30 })
    const error = await caught(collect(api.listContent(query)))
    expect(error).toMatchObject({ code: 'ACTIVITY_API_THROTTLED', vendorCode: 'AF429', retry: { again: true, afterMs: 30_000 } })
  })

  test('with the reason of the signal when the caller gives up', async () => {
    const controller = new AbortController()
    service.answers.feed = () => controller.abort(new Error('enough'))
    await expect(collect(api.listContent(query, { signal: controller.signal }))).rejects.toThrow('enough')
  })
})
