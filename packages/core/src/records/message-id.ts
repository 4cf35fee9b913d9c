/**
 * An Internet message id without outer white space and one pair of `<>`, so that both sides of a join are written alike; `undefined`
 * where nothing is left. Case is kept: whether two ids that differ in case are one message is not known.
 */
export function bareMessageId(raw: string): string | undefined {
  const trimmed = raw.trim()
  const bare = trimmed.startsWith('<') && trimmed.endsWith('>') ? trimmed.slice(1, -1).trim() : trimmed
  return bare === '' ? undefined : bare
}

/** The key of a second-chance match between bare ids; an answer that uses it says so. */
export function foldMessageId(bare: string): string {
  return bare.toLowerCase()
}
