import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { parseTenantId } from '@mailtrail/core'
import type { BenchPlace, BenchResult } from '../bench-result.ts'
import { startBlobService } from '../fetch/blob-service.ts'
import { type Fetched, type FetchWork, fetchedSchema, roleEnv } from '../fetch/fetch-alone.ts'
import { writeBlob } from '../fetch/write-blob.ts'
import { median } from '../median.ts'
import { runAlone } from '../run-alone.ts'
import { rounded } from '../timed.ts'
import { type Talked, type TalkWork, talkedSchema } from './talk-alone.ts'

export interface TalkSize {
  readonly contents: number
  readonly rounds: number
}

const tenantId = parseTenantId('0be4c4ba-0000-4000-8000-000000000005')
const blob = { tenantId, share: 0.01, bytes: 500_000 }
const atOnce = 16

/** Fetching a backlog of contents into a folder, against asking for all of it at once, parsing it whole and posting it whole. */
export async function measureTalk(place: BenchPlace, { contents, rounds }: TalkSize): Promise<BenchResult[]> {
  const { folder, onStep, signal } = place
  const megabytes = (contents * (await writeBlob(folder, 'blob', blob))) / 1e6
  await using service = await startBlobService(folder, tenantId)
  const taken: { readonly talked: Talked; readonly fetched: Fetched }[] = []
  for (let round = 1; round <= rounds; round += 1) {
    onStep(`Fetching ${contents} contents both ways, round ${round} of ${rounds}`)
    const talk: TalkWork = { origin: service.origin, tenantId, blob: 'blob', contents }
    const env = { NODE_EXTRA_CA_CERTS: service.caFile }
    const talked = talkedSchema.parse(await runAlone(new URL('./talk-alone', import.meta.url), [JSON.stringify(talk)], { env, signal }))
    const work: FetchWork = {
      ...{ way: 'path', service, folder, blob: 'blob', contents, atOnce },
      place: await mkdtemp(join(folder, 'lake-')),
    }
    const fetched = fetchedSchema.parse(
      await runAlone(new URL('../fetch/fetch-alone', import.meta.url), [JSON.stringify(work)], { env: roleEnv, signal }),
    )
    taken.push({ talked, fetched })
  }
  const speed = rounded(median(taken.map(({ talked, fetched }) => talked.seconds / fetched.seconds)))
  const memory = rounded(median(taken.map(({ talked, fetched }) => talked.peakMiB / fetched.peakMiB)))
  const of = (figure: (round: (typeof taken)[number]) => number): number => rounded(median(taken.map(figure)))
  const told = { ratio: null, goal: null, holds: true } as const
  return [
    {
      name: `${contents} contents of 500 KB into a folder`,
      ...{ value: of(({ fetched }) => megabytes / fetched.seconds), unit: 'MB/s', ratio: speed, goal: '>= 15 x', holds: speed >= 15 },
    },
    { ...told, name: 'all at once, parsed and posted whole', value: of(({ talked }) => megabytes / talked.seconds), unit: 'MB/s' },
    {
      name: 'peak memory',
      ...{ value: of(({ fetched }) => fetched.peakMiB), unit: 'MiB', ratio: memory, goal: '>= 10 x less', holds: memory >= 10 },
    },
    { ...told, name: 'the same, all at once', value: of(({ talked }) => talked.peakMiB), unit: 'MiB' },
  ]
}
