import type { IncomingHttpHeaders } from 'node:http'
import { firstHeader } from './first-header.ts'

/**
 * The address of the next page, which comes in a header and never in the body.
 *
 * The reference calls it `NextPageUri`, Microsoft's troubleshooting page `NextPageUrl`.
 */
export function nextPage(headers: IncomingHttpHeaders): string | undefined {
  const value = firstHeader(headers, 'nextpageuri') ?? firstHeader(headers, 'nextpageurl')
  return value?.trim() || undefined
}

/**
 * Tells whether pages go round in a circle, in constant memory however many there are (Brent's algorithm): each page is compared with one
 * remembered page, and that one is replaced after 1, 2, 4, 8 … pages. A circle is noticed within about three rounds.
 */
export function createCircleDetector(): (page: string) => boolean {
  let remembered: string | undefined
  let seen = 0
  let limit = 1
  return (page) => {
    if (page === remembered) return true
    seen += 1
    if (seen === limit) {
      remembered = page
      seen = 0
      limit *= 2
    }
    return false
  }
}
