import { parseTenantId, recordDigest } from '@mailtrail/core'
import { startAzurite, startRadosgw, type TestAzurite, type TestRadosgw, temporaryFolder } from '@mailtrail/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEvidenceWriter } from './evidence-writer.contract.ts'
import { EvidenceWriter, type KeptLine } from './evidence-writer.ts'
import { keys } from './object-store.contract.ts'
import type { ObjectStore } from './object-store.ts'
import { openLake } from './open-lake.ts'

let radosgw: TestRadosgw
let azurite: TestAzurite
const servers = new AsyncDisposableStack()

beforeAll(async () => {
  ;[radosgw, azurite] = await Promise.all([startRadosgw(), startAzurite()])
  servers.use(radosgw)
  servers.use(azurite)
})
afterAll(() => servers.disposeAsync())

describeEvidenceWriter('radosgw', async (resources) => resources.use(await openRadosgw()))
describeEvidenceWriter('Azurite', async (resources) => resources.use(await openAzurite()))

test('one content has the same keys and bytes in a folder, on radosgw and on Azurite, its lines held or spooled, gzip or zstd', async () => {
  await using resources = new AsyncDisposableStack()
  const folder = resources.use(await temporaryFolder()).path
  const lakes = [await openLake(`file:${folder}/lake`), resources.use(await openRadosgw()), resources.use(await openAzurite())]
  const contents = await Promise.all(lakes.map((lake) => storeAndRead(lake, `${folder}/spool`)))
  expect(contents[0]?.length).toBe(8)
  expect(contents[1]).toEqual(contents[0])
  expect(contents[2]).toEqual(contents[0])
})

/** Two contents in two versions each, over two dates. @returns keys and bytes of all objects */
async function storeAndRead(lake: ObjectStore, spoolFolder: string): Promise<(readonly [string, string])[]> {
  const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
  const writes = [
    { contentId: 'a', count: 400, heldBytes: 100, compression: 'gzip' },
    { contentId: 'a', count: 403, compression: 'gzip' },
    { contentId: 'b', count: 400, compression: 'zstd' },
    { contentId: 'b', count: 403, heldBytes: 100, compression: 'zstd' },
  ] as const
  for (const { count, ...write } of writes) {
    await using writer = new EvidenceWriter(lake, { tenantId, spoolFolder, ...write })
    for (let index = 0; index < count; index += 1) await writer.add(kept(index))
    await writer.store()
  }
  const all = await keys(lake, '')
  return Promise.all(all.map(async (key) => [key, Buffer.from((await lake.read(key)) ?? []).toString('hex')] as const))
}

function kept(index: number): KeptLine {
  const line = `{"Id":"${index}","Size":1156492.00,"Text":"${'Ünïcode '.repeat(index % 40)}"}`
  const date = index % 3 === 0 ? 'unknown' : '2024-03-14'
  return { operation: 'MailItemsAccessed', date, line: Buffer.from(line), id: String(index), digest: recordDigest(line) }
}

async function openRadosgw(): Promise<ObjectStore> {
  const location = `s3://${await radosgw.createBucket()}`
  const { endpoint, accessKeyId, secretAccessKey } = radosgw
  return openLake(location, { lakes: { [location]: { endpoint, pathStyle: true, accessKeyId, secretAccessKey } }, readSecret })
}

async function openAzurite(): Promise<ObjectStore> {
  const location = `abfss://${await azurite.createContainer()}@${azurite.account}`
  const { endpoint, accountKey } = azurite
  return openLake(location, { lakes: { [location]: { endpoint, accountKey } }, readSecret })
}

async function readSecret(reference: string): Promise<string> {
  return reference
}
