import { type Answer, activityError } from '../answer.ts'
import { isAnswer, parseContentType } from '../feed-access.ts'
import { descriptorsBefore, type PageQuery, pageUri, parsePageQuery } from '../listing-page.ts'
import { collectorsGap, type FaultCall, type FaultDefinition, harmless } from './fault-definition.ts'

/** A listing of several pages goes wrong after the first, or in the header that names the next. */
export const pagingFaults: readonly FaultDefinition[] = [
  {
    ...paging('page-expired', 'every page after the first is refused with AF20031', 'reference'),
    acts: 'answer',
    answer: ({ request }) => (isFirstPage(request.url) ? undefined : activityError('AF20031', 'Invalid nextPage Input.')),
  },
  {
    ...paging('page-fails-midway', 'every page after the first fails with 500', 'inferred'),
    acts: 'answer',
    answer: ({ request }) =>
      isFirstPage(request.url) ? undefined : activityError('AF50000', 'An internal error occurred. Retry the request.', 500),
  },
  {
    ...paging('page-empty', 'the first page is empty, and names a next one', 'inferred'),
    ends: harmless,
    acts: 'answer',
    answer: answerEmptyPage,
  },
  {
    ...paging('page-repeats', 'each page begins with all of the page before', 'seen: elastic/beats#34304'),
    ends: harmless,
    acts: 'change',
    change: (answer, call) => withDescriptorsBefore(answer, call, call.simulation.world.pageSize),
  },
  {
    ...paging('descriptor-on-two-pages', 'each page begins with the last content of the page before', 'inferred'),
    ends: harmless,
    acts: 'change',
    change: (answer, call) => withDescriptorsBefore(answer, call, 1),
  },
  {
    ...paging('page-circle', 'the last page names the first as its next', 'inferred'),
    acts: 'change',
    change: (answer, call) => {
      const query = answer.status === 200 && answer.headers?.NextPageUri === undefined && queryOf(call)
      return query ? withNextPage(answer, pageUri(call.simulation, { ...query, cursor: { ...query.cursor, offset: 0 } })) : undefined
    },
  },
  {
    ...paging('page-on-foreign-host', 'the next page is said to be on another host', 'inferred'),
    acts: 'change',
    change: (answer, { simulation: { origin, foreignOrigin } }) => {
      const next = answer.headers?.NextPageUri
      return next === undefined ? undefined : withNextPage(answer, next.replace(origin, foreignOrigin))
    },
  },
  {
    ...paging('next-page-url-header', 'the header is called NextPageUrl', 'troubleshooting'),
    ends: harmless,
    acts: 'change',
    change: (answer) => renameNextPage(answer, 'NextPageUrl'),
  },
  {
    ...paging('next-page-odd-case', 'the header is spelled nEXTpAGEuRI', 'HTTP: names of headers have no case'),
    ends: harmless,
    acts: 'change',
    change: (answer) => renameNextPage(answer, 'nEXTpAGEuRI'),
  },
]

function paging(
  name: string,
  meaning: string,
  source: string,
): Pick<FaultDefinition, 'name' | 'operations' | 'meaning' | 'source' | 'ends'> {
  return { name, operations: ['list-content'], meaning, source, ends: collectorsGap }
}

function isFirstPage(url: URL): boolean {
  return !url.searchParams.has('nextPage')
}

/** `undefined` for a call that the service refuses. */
function queryOf({ simulation, tenant, request: { url } }: FaultCall): PageQuery | undefined {
  const contentType = parseContentType(url)
  const query = isAnswer(contentType) ? contentType : parsePageQuery(simulation, tenant, contentType, url)
  return isAnswer(query) ? undefined : query
}

function answerEmptyPage(call: FaultCall): Answer | undefined {
  const query = isFirstPage(call.request.url) && queryOf(call)
  const answer = call.serve(call.request)
  return query && answer.status === 200 ? withNextPage({ ...answer, body: '[]' }, pageUri(call.simulation, query)) : undefined
}

function withDescriptorsBefore(answer: Answer, call: FaultCall, count: number): Answer | undefined {
  const query = answer.status === 200 && queryOf(call)
  if (!query || query.cursor.offset === 0) return undefined
  return { ...answer, body: JSON.stringify([...descriptorsBefore(call.simulation, query, count), ...JSON.parse(String(answer.body))]) }
}

function withNextPage(answer: Answer, next: string): Answer {
  return { ...answer, headers: { ...answer.headers, NextPageUri: next } }
}

function renameNextPage(answer: Answer, name: string): Answer | undefined {
  const { NextPageUri: next, ...headers } = answer.headers ?? {}
  return next === undefined ? undefined : { ...answer, headers: { ...headers, [name]: next } }
}
