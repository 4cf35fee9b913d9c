import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isSealIntact, sealItems, unsealed } from './seal-items.ts'

/** As a Parquet file is built: data, metadata with what a column holds before the manifest, its length, a mark. */
function file(manifest = `{"schema":1,"sha256":"${unsealed}"}`): Buffer {
  const footer = Buffer.from(`PAR1 least value "sha256":"${'0'.repeat(64)}" ${manifest} made by DuckDB`)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  return Buffer.concat([Buffer.from('PAR1 rows'), Buffer.alloc(3_000, 'x'), footer, length, Buffer.from('PAR1')])
}

test('a sealed file is intact, and not with any bit flipped or any end cut off', async () => {
  await using place = await temporaryFile()
  await writeFile(place.path, file())
  expect(await isSealIntact(place.path)).toBe(false)
  await sealItems(place.path)
  expect(await isSealIntact(place.path)).toBe(true)
  const sealed = await readFile(place.path)
  for (let at = 0; at < sealed.length; at += at < 2_900 ? 97 : 1) {
    const flipped = Buffer.from(sealed)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
    await writeFile(place.path, flipped)
    expect(await isSealIntact(place.path), `byte ${at}`).toBe(false)
  }
  for (const length of [0, 7, 200, sealed.length - 1]) {
    await writeFile(place.path, sealed.subarray(0, length))
    expect(await isSealIntact(place.path), `${length} bytes`).toBe(false)
  }
})

test('what has no place for a seal is not sealed', async () => {
  await using place = await temporaryFile()
  await writeFile(place.path, 'neither a Parquet file nor sealed')
  await expect(sealItems(place.path)).rejects.toThrow(/no place/)
})

async function temporaryFile(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-seal-'))
  return { path: join(folder, 'items.parquet'), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
