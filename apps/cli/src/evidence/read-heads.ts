import { readFile } from 'node:fs/promises'
import { MailtrailError } from '@mailtrail/core'
import type { PublishedHead } from '@mailtrail/lake'
import { z } from 'zod'

/** A published digest and whose it is; a bare one is of whatever tenant is asked for. */
export interface GivenHead extends PublishedHead {
  readonly tenantId?: string | undefined
}

const digest = z.string().regex(/^[0-9a-f]{64}$/)
const head = z.object({
  tenantId: z.string(),
  contentType: z.string(),
  date: z.iso.date(),
  fold: z.number().int().min(1),
  sha256: digest,
})
const logged = head.extend({ event: z.literal('evidence.head') })
const report = z.object({ schema: z.literal(1), heads: z.array(head) })

/**
 * The heads that `--head` names: a digest, or a file with what `mailtrail evidence head --json` printed, or with lines of a log, of which others are passed
 * over.
 *
 * @throws {@link MailtrailError} `EVIDENCE_HEAD_INVALID`
 */
export async function readHeads(given: string): Promise<GivenHead[]> {
  if (digest.safeParse(given).success) return [{ sha256: given }]
  const text = await readFile(given, 'utf8').catch((cause: unknown) => {
    throw invalid(`--head is neither a digest of 64 hex digits nor a file that can be read: ${given}`, cause)
  })
  const [whole, lines] = [parse(text), text.split('\n')]
  const heads = whole.length > 0 ? whole : lines.flatMap(parse)
  if (heads.length > 0) return heads
  throw invalid(`${given} holds no head: give what mailtrail evidence head --json printed, or lines of the log with evidence.head.`)
}

function parse(text: string): GivenHead[] {
  if (!text.includes('"sha256"')) return []
  try {
    const value: unknown = JSON.parse(text)
    const [whole, line] = [report.safeParse(value), logged.safeParse(value)]
    if (whole.success) return whole.data.heads
    return line.success ? [line.data] : []
  } catch {
    return []
  }
}

function invalid(message: string, cause?: unknown): MailtrailError {
  return new MailtrailError('EVIDENCE_HEAD_INVALID', message, { cause })
}
