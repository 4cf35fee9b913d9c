import { createHash } from 'node:crypto'
import type { SimulatedContent } from './world.ts'

/** A span of `contentCreated`: start inclusive, end exclusive, in milliseconds since the epoch. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Where a page begins. Contents that appear after `asOf` are not in the listing, so its pages neither shift nor overlap. */
export interface PageCursor {
  readonly asOf: number
  readonly offset: number
}

/** One page of the contents created in the span and visible at `cursor.asOf`, in order of availability. */
export function pageOf(
  listable: readonly SimulatedContent[],
  span: Span,
  cursor: PageCursor,
  pageSize: number,
): {
  readonly contents: readonly SimulatedContent[]
  readonly next?: PageCursor
} {
  const all = listable
    .filter(({ created, listedFrom }) => created >= span.start && created < span.end && listedFrom <= cursor.asOf)
    .sort((a, b) => a.listedFrom - b.listedFrom || a.created - b.created || (a.contentId < b.contentId ? -1 : 1))
  const offset = cursor.offset + pageSize
  return {
    contents: all.slice(cursor.offset, offset),
    ...(offset < all.length && { next: { ...cursor, offset } }),
  }
}

/** The opaque `nextPage` value. It is bound to the listing, so that it is refused for another one. */
export function encodeCursor({ asOf, offset }: PageCursor, listing: string): string {
  return Buffer.from(`${asOf}.${offset}.${checksum(asOf, offset, listing)}`).toString('base64url')
}

/** @returns `undefined` for a value that this listing did not hand out */
export function decodeCursor(text: string, listing: string): PageCursor | undefined {
  const [asOf, offset, sum] = Buffer.from(text, 'base64url').toString('latin1').split('.')
  const cursor = { asOf: Number(asOf), offset: Number(offset) }
  return sum === checksum(cursor.asOf, cursor.offset, listing) ? cursor : undefined
}

function checksum(asOf: number, offset: number, listing: string): string {
  return createHash('sha256').update(`${asOf} ${offset} ${listing}`).digest('hex').slice(0, 16)
}
