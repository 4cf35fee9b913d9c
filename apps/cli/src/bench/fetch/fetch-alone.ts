import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createGunzip, gunzipSync } from 'node:zlib'
import { createActivityApi } from '@mailtrail/activity-api'
import { createRecordSelector, eachConcurrently, parseTenantId, recordDigest, type TenantId } from '@mailtrail/core'
import { fetchContent } from '@mailtrail/fetcher'
import { createFolderStore, EvidenceWriter } from '@mailtrail/lake'
import { Agent, request } from 'undici'
import { z } from 'zod'
import { type BlobService, blobServiceSchema } from './blob-service.ts'

/** The whole way of a content, or one part of it. */
export const ways = ['path', 'fetch', 'gunzip', 'select', 'store'] as const
export type Way = (typeof ways)[number]

export interface FetchWork {
  readonly way: Way
  readonly service: BlobService
  /** Where `<blob>.gz` is, which the service serves. */
  readonly folder: string
  readonly blob: string
  /** How many contents, all of this blob. */
  readonly contents: number
  readonly atOnce: number
  /** For the lake and what is spooled. */
  readonly place: string
}

export interface Fetched {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakMiB: number
  readonly recordsKept: number
}

export const fetchedSchema: z.ZodType<Fetched> = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakMiB: z.number(),
  recordsKept: z.number(),
})
const workSchema: z.ZodType<FetchWork> = z.object({
  way: z.enum(ways),
  service: blobServiceSchema,
  folder: z.string(),
  blob: z.string(),
  contents: z.number(),
  atOnce: z.number(),
  place: z.string(),
})

/** What the launcher gives to roles. */
export const roleEnv: NodeJS.ProcessEnv = { NODE_OPTIONS: '--max-semi-space-size=1', MALLOC_ARENA_MAX: '1' }

const operations: ReadonlySet<string> = new Set(['MailItemsAccessed'])
/** As `packages/activity-api/src/decode-body.ts` hands it out. */
const chunkBytes = 64 * 1024

/** Does the work for one content, and says how many records it kept. */
type Handle = (contentId: string) => Promise<number>
type Prepare = (work: FetchWork, tenantId: TenantId, parts: AsyncDisposableStack) => Promise<Handle>

const contentUri = ({ service: { origin, tenantId } }: FetchWork, contentId: string): string =>
  `${origin}/api/v1.0/${tenantId}/activity/feed/audit/${contentId}`

const readBlob = ({ folder, blob }: FetchWork): Promise<Buffer> => readFile(join(folder, `${blob}.gz`))

const prepare: Readonly<Record<Way, Prepare>> = {
  path: async (work, tenantId, parts) => {
    const { origin, loginHost, caFile, clientId, clientSecret } = work.service
    const cloud = { name: 'bench', apiRoot: origin, resource: loginHost, loginHost, caFile }
    const credentials = [{ kind: 'secret' as const, clientSecret }] as const
    const api = parts.use(createActivityApi({ tenantId, cloud, clientId, publisherId: tenantId, credentials, clock: Date }))
    const lake = createFolderStore(join(work.place, 'lake'))
    const options = { tenantId, api, lake, operations, spoolFolder: work.place, compression: 'gzip' as const, isLate: () => false }
    return async (id) => {
      const { recordsKept } = await fetchContent({ id, uri: contentUri(work, id), created: Date.now() }, options)
      return recordsKept
    }
  },
  fetch: async (work, _, parts) => {
    const connect = { ca: await readFile(work.service.caFile, 'utf8') }
    const dispatcher = parts.adopt(new Agent({ connections: work.atOnce, allowH2: false, connect }), (agent) => agent.destroy())
    return async (id) => {
      const { body } = await request(contentUri(work, id), { dispatcher, headers: { 'accept-encoding': 'gzip' } })
      for await (const chunk of body) if (chunk.length === 0) break
      return 0
    }
  },
  gunzip: async (work) => {
    const blob = await readBlob(work)
    return async () => {
      for await (const chunk of Readable.from([blob]).pipe(createGunzip({ chunkSize: chunkBytes }))) if (chunk.length === 0) break
      return 0
    }
  },
  select: async (work, tenantId) => {
    const body = gunzipSync(await readBlob(work))
    return async () => selectLines(body, tenantId).length
  },
  store: async (work, tenantId) => {
    const lines = selectLines(gunzipSync(await readBlob(work)), tenantId).map((line) => {
      const { Id: id, CreationTime: time } = JSON.parse(line.toString())
      return {
        operation: 'MailItemsAccessed',
        date: String(time).slice(0, 10),
        line,
        id: String(id),
        digest: recordDigest(line.toString()),
      }
    })
    const lake = createFolderStore(join(work.place, 'lake'))
    return async (contentId) => {
      await using evidence = new EvidenceWriter(lake, { tenantId, contentId, spoolFolder: work.place })
      for (const line of lines) await evidence.add(line)
      await evidence.store()
      return lines.length
    }
  },
}

function selectLines(body: Uint8Array, tenantId: TenantId): Buffer[] {
  const selector = createRecordSelector({ operations, tenantId })
  const lines: Buffer[] = []
  for (let at = 0; at < body.length; at += chunkBytes) {
    for (const one of selector.push(body.subarray(at, at + chunkBytes))) if (one.kind === 'kept') lines.push(Buffer.from(one.line))
  }
  selector.end()
  return lines
}

function* numbers(count: number): Generator<number> {
  for (let number = 0; number < count; number += 1) yield number
}

// Run as a process, so that its time and memory are those of the work alone.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const work = workSchema.parse(JSON.parse(process.argv[2] ?? ''))
  await using parts = new AsyncDisposableStack()
  const handle = await prepare[work.way](work, parseTenantId(work.service.tenantId), parts)
  await handle(`${work.blob}$warm-up`)
  let recordsKept = 0
  const [startedAt, before] = [performance.now(), process.cpuUsage()]
  await eachConcurrently(numbers(work.contents), { limit: work.atOnce }, async (number) => {
    recordsKept += await handle(`${work.blob}$${number}`)
  })
  const { user, system } = process.cpuUsage(before)
  const seconds = (performance.now() - startedAt) / 1_000
  process.send?.({
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    recordsKept,
  } satisfies Fetched)
}
