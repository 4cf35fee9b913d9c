/** `marked` begins with a byte-order mark, `pretty` is spread over lines. */
export type BodyForm = 'compact' | 'pretty' | 'marked'

export function printBody(records: readonly object[], form: BodyForm): Buffer {
  const text = JSON.stringify(records, null, form === 'pretty' ? 2 : 0)
  return Buffer.from(form === 'marked' ? `\uFEFF${text}` : text)
}
