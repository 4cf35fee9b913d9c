import { execFileSync, spawnSync } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import { compressions, recordLine } from '@mailtrail/core'
import { temporaryFolder } from '@mailtrail/testing'
import { describe, expect, test } from 'vitest'
import { createFolderStore } from './folder-store.ts'
import { packedKey } from './layout.ts'
import { packLines } from './pack-lines.ts'
import { unpackObject } from './unpack-object.ts'

const text = Array.from({ length: 5_000 }, (_, index) => `{"Id":"${(index * 7919) % 5_000}"}\n`).join('')

/** gzip is everywhere, zstd is not. */
function isMissing(tool: string): boolean {
  return spawnSync(tool, ['--version']).error !== undefined
}

describe.each(compressions)('an object packed by %s', (compression) => {
  const key = packedKey('raw/a.ndjson.gz', compression)

  test('unpacks to its lines', async () => {
    expect(await unpacked((bytes) => bytes)).toBe(text)
  })

  test.skipIf(isMissing(compression))('is read by the tool of its name', async () => {
    await using folder = await temporaryFolder()
    const [packed] = await packAll(folder.path)
    expect(execFileSync(compression, ['-dc'], { input: packed, encoding: 'utf8' })).toBe(text)
  })

  test.each([1, 3, 8, 100, 3_000])('is an error when its last %i bytes are missing', async (missing) => {
    await expect(unpacked((bytes) => bytes.subarray(0, -missing))).rejects.toThrow()
  })

  test.each([0, 100, 2_000, -3])('is an error when a bit of byte %i is flipped', async (at) => {
    const flipped = unpacked((bytes) => {
      const index = at < 0 ? bytes.length + at : at
      bytes[index] = (bytes[index] ?? 0) ^ 0x10
      return bytes
    })
    await expect(flipped).rejects.toThrow()
  })

  test('that is not there is told so', async () => {
    await using folder = await temporaryFolder()
    const lines = buffer(unpackObject(createFolderStore(folder.path), key))
    await expect(lines).rejects.toMatchObject({ code: 'LAKE_OBJECT_MISSING' })
  })

  async function packAll(folder: string): Promise<Buffer[]> {
    const lines = text
      .split(/(?<=\n)/)
      .map((line, index) => ({ line: Buffer.from(line), record: recordLine({ id: `${index}`, digest: '' }) }))
    const options = { compression, folder, objectBytes: 2 ** 30, heldBytes: 2 ** 20, intoFile: false }
    const packed = await Array.fromAsync(packLines(lines, options))
    return packed.map(({ body }) => (body instanceof Uint8Array ? Buffer.from(body) : Buffer.alloc(0)))
  }

  async function unpacked(change: (bytes: Buffer) => Uint8Array): Promise<string> {
    await using folder = await temporaryFolder()
    const lake = createFolderStore(folder.path)
    const [packed = Buffer.alloc(0)] = await packAll(folder.path)
    await lake.create(key, change(packed))
    return (await buffer(unpackObject(lake, key))).toString()
  }
})
