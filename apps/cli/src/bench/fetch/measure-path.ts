import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { parseTenantId } from '@mailtrail/core'
import type { BenchPlace, BenchResult } from '../bench-result.ts'
import { median } from '../median.ts'
import { runAlone } from '../run-alone.ts'
import { rounded } from '../timed.ts'
import { startBlobService } from './blob-service.ts'
import { type Fetched, type FetchWork, fetchedSchema, roleEnv, type Way, ways } from './fetch-alone.ts'
import { writeBlob } from './write-blob.ts'

export interface PathSize {
  readonly contents: number
  readonly rounds: number
}

export interface MemorySize {
  readonly contents: number
  readonly largeBytes: number
  readonly largeContents: number
}

const tenantId = parseTenantId('0be4c4ba-0000-4000-8000-000000000004')
const share = 0.01
const smallBytes = 500_000
const atOnce = 16
const program = new URL('./fetch-alone', import.meta.url)

/** The whole way of a content over TLS into a folder, against its parts one after the other, each measured by itself. */
export async function measurePath(place: BenchPlace, { contents, rounds }: PathSize): Promise<BenchResult[]> {
  const { folder, onStep } = place
  const blobBytes = await writeBlob(folder, 'small', { tenantId, share, bytes: smallBytes })
  await using service = await startBlobService(folder, tenantId)
  const megabytes = (contents * blobBytes) / 1e6
  const taken: Record<Way, number>[] = []
  for (let round = 1; round <= rounds; round += 1) {
    onStep(`Fetching ${contents} contents and each part of it alone, round ${round} of ${rounds}`)
    const seconds = { path: 0, fetch: 0, gunzip: 0, select: 0, store: 0 }
    for (const way of ways) seconds[way] = (await fetchAlone(place, { way, service, folder, blob: 'small', contents, atOnce })).seconds
    taken.push(seconds)
  }
  const serial = ({ fetch, gunzip, select, store }: Record<Way, number>): number => fetch + gunzip + select + store
  const ratio = rounded(median(taken.map((seconds) => serial(seconds) / seconds.path)))
  const speedOf = (way: Way): number => rounded(median(taken.map((seconds) => megabytes / seconds[way])))
  const told = { unit: 'MB/s', ratio: null, goal: null, holds: true } as const
  return [
    { ...told, name: 'whole way over TLS into a folder, 1 % kept', value: speedOf('path'), ratio, goal: '>= 70 %', holds: ratio >= 0.7 },
    ...ways.filter((way) => way !== 'path').map((way) => ({ ...told, name: `${way} alone`, value: speedOf(way) })),
  ]
}

/** What a fetcher takes with 16 contents in flight, however large they are. */
export async function measureMemory(place: BenchPlace, { contents, largeBytes, largeContents }: MemorySize): Promise<BenchResult[]> {
  const { folder, onStep } = place
  onStep('Writing blobs')
  await writeBlob(folder, 'small', { tenantId, share, bytes: smallBytes })
  await writeBlob(folder, 'large', { tenantId, share, bytes: largeBytes })
  await using service = await startBlobService(folder, tenantId)
  onStep(`Fetching ${contents} contents of ${smallBytes / 1000} KB, ${atOnce} at once`)
  const small = await fetchAlone(place, { way: 'path', service, folder, blob: 'small', contents, atOnce })
  onStep(`Fetching ${largeContents} contents of ${largeBytes / 1e6} MB, ${atOnce} at once`)
  const large = await fetchAlone(place, { way: 'path', service, folder, blob: 'large', contents: largeContents, atOnce })
  const peak = (megabytes: number): Pick<BenchResult, 'value' | 'unit'> => ({ value: Math.round(megabytes), unit: 'MiB' })
  const [smallMB, largeMB] = [small.peakMiB * 1.048576, large.peakMiB * 1.048576]
  const ratio = rounded(Math.max(smallMB, largeMB) / Math.min(smallMB, largeMB))
  return [
    {
      name: `peak memory, ${atOnce} blobs of 500 KB in flight`,
      ...peak(small.peakMiB),
      ratio: null,
      goal: '<= 220 MB',
      holds: smallMB <= 220,
    },
    {
      name: `peak memory, ${atOnce} blobs of ${largeBytes / 1e6} MB in flight`,
      ...peak(large.peakMiB),
      ...{ ratio, goal: '<= 220 MB, within 10 % of the other', holds: largeMB <= 220 && ratio <= 1.1 },
    },
  ]
}

async function fetchAlone({ folder, signal }: BenchPlace, work: Omit<FetchWork, 'place'>): Promise<Fetched> {
  const place = await mkdtemp(join(folder, `${work.way}-`))
  return fetchedSchema.parse(await runAlone(program, [JSON.stringify({ ...work, place })], { env: roleEnv, signal }))
}
