import { Readable } from 'node:stream'
import { createGunzip, gzipSync } from 'node:zlib'
import { createRecordSelector, parseTenantId } from '@mailtrail/core'
import type { BenchPlace, BenchResult } from '../bench-result.ts'
import { median } from '../median.ts'
import { auditBodies } from '../select/audit-bodies.ts'
import { rounded } from '../timed.ts'

export interface StreamsSize {
  /** Of the records, those that are kept. */
  readonly share: number
  /** About how much JSON in one round. */
  readonly bytes: number
  readonly rounds: number
  /** Percent of the speed of gunzip alone. */
  readonly goal: number
}

const tenantId = parseTenantId('0be4c4ba-0000-4000-8000-000000000003')
const operations: ReadonlySet<string> = new Set(['MailItemsAccessed'])
/** As the fetcher gets it. */
const chunkSize = 64 * 1024

/** Gunzip with selection behind it against gunzip alone, as streams, in turn over the same blobs, by CPU time. */
export async function measureStreams({ onStep }: BenchPlace, { share, bytes, rounds, goal }: StreamsSize): Promise<BenchResult[]> {
  onStep(`Packing blobs in which ${100 * share} % of the records are kept`)
  const bodies = auditBodies({ tenantId, share, bytes })
  const megabytes = bodies.reduce((sum, { length }) => sum + length, 0) / 1e6
  const blobs = bodies.map((body) => gzipSync(body))
  const speeds: { alone: number; selecting: number }[] = []
  for (let round = 0; round <= rounds; round += 1) {
    onStep(`Unpacking, round ${round} of ${rounds}`)
    const alone = megabytes / (await cpuSeconds(() => eachChunk(blobs, () => () => {})))
    const selecting = megabytes / (await cpuSeconds(() => eachChunk(blobs, selectChunks)))
    // The first round warms up.
    if (round > 0) speeds.push({ alone, selecting })
  }
  const ratio = rounded(median(speeds.map(({ alone, selecting }) => selecting / alone)))
  const name = `gunzip and selection as streams, ${100 * share} % kept`
  const of = (key: 'alone' | 'selecting'): number => rounded(median(speeds.map((speed) => speed[key])))
  return [
    { name, value: of('selecting'), unit: 'MB/s', ratio, goal: `>= ${goal} %`, holds: 100 * ratio >= goal },
    { name: 'gunzip alone', value: of('alone'), unit: 'MB/s', ratio: null, goal: null, holds: true },
  ]
}

async function eachChunk(blobs: readonly Uint8Array[], begin: () => (chunk: Uint8Array) => void): Promise<void> {
  for (const blob of blobs) {
    const take = begin()
    for await (const chunk of Readable.from([blob]).pipe(createGunzip({ chunkSize }))) take(chunk)
  }
}

function selectChunks(): (chunk: Uint8Array) => void {
  const selector = createRecordSelector({ operations, tenantId })
  return (chunk) => {
    selector.push(chunk)
  }
}

async function cpuSeconds(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}
