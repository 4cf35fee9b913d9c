import { parseTenantId } from '@mailtrail/core'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { createFolderStore } from './folder-store.ts'
import { keys } from './object-store.contract.ts'
import { readTombstone, readTombstones, type TombstoneCause, writeTombstone } from './tombstones.ts'

const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const otherTenant = parseTenantId('99999999-2222-4333-8444-555555555555')
const cause: TombstoneCause = {
  tenantId,
  at: Date.parse('2026-03-14T05:00:00Z'),
  by: 'retention',
  policy: 'retention.rawDays=400',
  reason: 'older than 400 days',
}
const objects = [
  { key: 'raw/a', sha256: 'aa' },
  { key: 'raw/b', sha256: null },
]

describe('a tombstone', () => {
  test('is read as it was written, under the day of writing and the digest of its bytes', async () => {
    await using place = await openPlace()
    const key = await writeTombstone(place.lake, cause, objects)
    expect(key).toMatch(new RegExp(`^tombstones/tenant=${tenantId}/date=2026-03-14/[0-9a-f]{64}\\.ndjson$`))
    expect(await readTombstone(place.lake, key)).toEqual({ ...cause, objects })
  })

  test('written twice is one', async () => {
    await using place = await openPlace()
    const keysWritten = [await writeTombstone(place.lake, cause, objects), await writeTombstone(place.lake, cause, objects)]
    expect(await keys(place.lake, '')).toEqual([keysWritten[0]])
  })

  test('is found among those of its tenant alone', async () => {
    await using place = await openPlace()
    await writeTombstone(place.lake, cause, objects)
    await writeTombstone(place.lake, { ...cause, tenantId: otherTenant }, objects)
    expect(await Array.fromAsync(readTombstones(place.lake, tenantId))).toEqual([{ ...cause, objects }])
  })

  test.each([
    { title: 'with another object', change: (text: string) => text.replace('raw/b', 'raw/c') },
    { title: 'cut', change: (text: string) => text.slice(0, -20) },
    { title: 'empty', change: () => '' },
    { title: 'of a newer schema', change: (text: string) => text.replace('"schema":1', '"schema":2') },
  ])('$title is refused by name', async ({ change }) => {
    await using place = await openPlace()
    const key = await writeTombstone(place.lake, cause, objects)
    const text = Buffer.from((await place.lake.read(key)) ?? []).toString()
    await place.lake.remove(key)
    await place.lake.create(key, Buffer.from(change(text)))
    await expect(readTombstone(place.lake, key)).rejects.toMatchObject({ code: 'TOMBSTONE_INVALID', message: expect.stringContaining(key) })
  })
})

async function openPlace(): Promise<{ readonly lake: ReturnType<typeof createFolderStore> } & AsyncDisposable> {
  const folder = await temporaryFolder()
  return { lake: createFolderStore(folder.path), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}
