import type { IncomingHttpHeaders } from 'node:http'

/** The value of a header, the first one where it was sent twice. `name` is in lower case, as undici delivers names. */
export function firstHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}
