import { createRecordSelector, MailtrailError, parseTenantId } from '@mailtrail/core'
import type { BenchPlace, BenchResult } from '../bench-result.ts'
import { median } from '../median.ts'
import { rounded } from '../timed.ts'
import { auditBodies } from './audit-bodies.ts'

export interface SelectSize {
  /** Of the records, those that are kept. */
  readonly share: number
  /** About how much JSON is selected from in one round. */
  readonly bytes: number
  readonly rounds: number
  /** How many times faster than parsing whole bodies. */
  readonly goal: number
}

const tenantId = parseTenantId('0be4c4ba-0000-4000-8000-000000000003')
const operation = 'MailItemsAccessed'
const chunkBytes = 65_536

/** Selection from streamed chunks against parsing whole bodies, in turn over the same bodies, by CPU time. */
export async function measureSelect({ onStep }: BenchPlace, { share, bytes, rounds, goal }: SelectSize): Promise<BenchResult[]> {
  onStep(`Making bodies in which ${100 * share} % of the records are kept`)
  const bodies = auditBodies({ tenantId, share, bytes })
  const megabytes = bodies.reduce((sum, { length }) => sum + length, 0) / 1e6
  const speeds: { parsed: number; selected: number }[] = []
  for (let round = 0; round <= rounds; round += 1) {
    onStep(`Selecting, round ${round} of ${rounds}`)
    const parsed = cpuTimed(() => bodies.reduce((sum, body) => sum + keptByParsing(body), 0))
    const selected = cpuTimed(() => bodies.reduce((sum, body) => sum + keptBySelecting(body), 0))
    if (parsed.kept !== selected.kept)
      throw new MailtrailError('BENCH_ANSWERS_DIFFER', `Parsing keeps ${parsed.kept} records, selection ${selected.kept}.`)
    // The first round warms up.
    if (round > 0) speeds.push({ parsed: megabytes / parsed.seconds, selected: megabytes / selected.seconds })
  }
  const ratio = rounded(median(speeds.map(({ parsed, selected }) => selected / parsed)))
  const name = `selecting ${100 * share} % of the records from streamed chunks`
  return [
    {
      name,
      value: rounded(median(speeds.map(({ selected }) => selected))),
      unit: 'MB/s',
      ratio,
      goal: `>= ${goal} x`,
      holds: ratio >= goal,
    },
    {
      name: 'the same by parsing whole bodies',
      value: rounded(median(speeds.map(({ parsed }) => parsed))),
      unit: 'MB/s',
      ratio: null,
      goal: null,
      holds: true,
    },
  ]
}

/** What most clients do. Returns how many are kept. */
function keptByParsing(body: Uint8Array): number {
  const records: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString())
  if (!Array.isArray(records)) return 0
  const kept = records.filter(({ Operation }) => Operation === operation).map((record) => JSON.stringify(record))
  return kept.length
}

function keptBySelecting(body: Uint8Array): number {
  const selector = createRecordSelector({ operations: new Set([operation]), tenantId })
  let kept = 0
  for (let at = 0; at < body.length; at += chunkBytes) {
    for (const { kind } of selector.push(body.subarray(at, at + chunkBytes))) if (kind === 'kept') kept += 1
  }
  for (const { kind } of selector.end()) if (kind === 'kept') kept += 1
  return kept
}

function cpuTimed(work: () => number): { readonly kept: number; readonly seconds: number } {
  const before = process.cpuUsage()
  const kept = work()
  const { user, system } = process.cpuUsage(before)
  return { kept, seconds: (user + system) / 1e6 }
}
