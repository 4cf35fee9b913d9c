import { type Answer, activityError, jsonAnswer } from './answer.ts'
import { isAnswer } from './feed-access.ts'
import { decodeCursor, encodeCursor, type PageCursor, pageOf, type Span } from './listing.ts'
import { parseListingSpan } from './listing-time.ts'
import { listableContents, type Simulation } from './simulation.ts'
import type { ContentType, SimulatedContent, SimulatedTenant } from './world.ts'

/** One page that a client asks for. */
export interface PageQuery {
  readonly tenant: SimulatedTenant
  readonly contentType: ContentType
  readonly span: Span
  readonly cursor: PageCursor
}

/** @returns the page that the address asks for, or the service's refusal */
export function parsePageQuery({ clock }: Simulation, tenant: SimulatedTenant, contentType: ContentType, url: URL): PageQuery | Answer {
  const now = clock.now()
  const span = parseListingSpan(url.searchParams.get('startTime'), url.searchParams.get('endTime'), now)
  if (isAnswer(span)) return span
  const nextPage = url.searchParams.get('nextPage')
  const cursor = nextPage === null ? { asOf: now, offset: 0 } : decodeCursor(nextPage, listingName(tenant, contentType, span))
  return cursor ? { tenant, contentType, span, cursor } : activityError('AF20031', 'Invalid nextPage Input.')
}

export function answerPage(simulation: Simulation, query: PageQuery): Answer {
  const page = pageOf(listedBy(simulation, query), query.span, query.cursor, simulation.world.pageSize)
  const descriptors = page.contents.map((content) => descriptorOf(simulation.origin, query.tenant, content))
  return jsonAnswer(200, descriptors, page.next ? { NextPageUri: pageUri(simulation, { ...query, cursor: page.next }) } : {})
}

/** The contents on the pages before this one, the last `count` of them. */
export function descriptorsBefore(simulation: Simulation, query: PageQuery, count: number): readonly object[] {
  const { contents } = pageOf(listedBy(simulation, query), query.span, { ...query.cursor, offset: 0 }, query.cursor.offset)
  return contents.slice(-count).map((content) => descriptorOf(simulation.origin, query.tenant, content))
}

/** Microsoft's sample of this header spells the version `v1` where the call had `v1.0`, and leaves the publisher out. */
export function pageUri({ origin }: Simulation, { tenant, contentType, span, cursor }: PageQuery): string {
  const url = new URL(`${origin}/api/v1/${tenant.tenantId}/activity/feed/subscriptions/content`)
  url.searchParams.set('contentType', contentType)
  url.searchParams.set('startTime', new Date(span.start).toISOString().slice(0, 19))
  url.searchParams.set('endTime', new Date(span.end).toISOString().slice(0, 19))
  url.searchParams.set('nextPage', encodeCursor(cursor, listingName(tenant, contentType, span)))
  return url.href
}

function listedBy(simulation: Simulation, { tenant, contentType }: PageQuery): SimulatedContent[] {
  return listableContents(simulation, tenant).filter((content) => content.contentType === contentType)
}

function listingName({ tenantId }: SimulatedTenant, contentType: ContentType, { start, end }: Span): string {
  return `${tenantId} ${contentType} ${start} ${end}`
}

function descriptorOf(origin: string, { tenantId }: SimulatedTenant, content: SimulatedContent): object {
  return {
    contentUri: `${origin}/api/v1.0/${tenantId}/activity/feed/audit/${encodeURIComponent(content.contentId)}`,
    contentId: content.contentId,
    contentType: content.contentType,
    contentCreated: new Date(content.created).toISOString(),
    contentExpiration: new Date(content.expires).toISOString(),
  }
}
