const parameter = 'PublisherIdentifier'

/**
 * Sets the publisher on an address, in place of any it carries. Without it all callers in the world share one quota.
 *
 * The rest of the query stays byte for byte: paging tokens are opaque, and `URLSearchParams` would encode them anew.
 */
export function withPublisher(url: URL, publisherId: string): URL {
  const kept = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !isPublisher(pair))
  const marked = new URL(url)
  marked.search = [...kept, `${parameter}=${encodeURIComponent(publisherId)}`].join('&')
  marked.hash = ''
  return marked
}

function isPublisher(pair: string): boolean {
  const [name] = new URLSearchParams(pair).keys()
  return name?.toLowerCase() === parameter.toLowerCase()
}
