/** An ETag without its quotes, which some services send and others do not take. */
export function bareEtag(etag: string): string {
  return etag.replace(/^"(.*)"$/, '$1')
}
