import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/**
 * A Parquet file carries no checksum of its pages, and a flipped bit in one could make a wrong answer. So the last member of an items file's
 * manifest is the SHA-256 of all the file, taken while zeros stand in its place.
 */
export const unsealed: string = '0'.repeat(64)

const label = '"sha256":"'

/** Writes the digest into a file whose manifest ends with `"sha256":"` and {@link unsealed}. */
export async function sealItems(path: string): Promise<void> {
  await using file = await open(path, 'r+')
  const at = await findSeal(file)
  if (at === undefined) throw new Error(`${path} has no place for its seal`)
  await file.write(await digestOf(path, at), at)
  await file.sync()
}

/** Whether every byte of the file is as it was written. */
export async function isSealIntact(path: string): Promise<boolean> {
  await using file = await open(path)
  const at = await findSeal(file)
  if (at === undefined) return false
  const { buffer } = await file.read(Buffer.alloc(unsealed.length), 0, unsealed.length, at)
  return buffer.toString('latin1') === (await digestOf(path, at))
}

/** The metadata stands in the last part of the file, and the manifest behind what the columns hold. */
async function findSeal(file: FileHandle): Promise<number | undefined> {
  const { size } = await file.stat()
  if (size < 12) return undefined
  const tail = await file.read(Buffer.alloc(8), 0, 8, size - 8)
  const length = Math.min(tail.buffer.readUInt32LE(0), size - 8)
  const footer = await file.read(Buffer.alloc(length), 0, length, size - 8 - length)
  const found = footer.buffer.lastIndexOf(label)
  return found === -1 ? undefined : size - 8 - length + found + label.length
}

async function digestOf(path: string, sealAt: number): Promise<string> {
  const hash = createHash('sha256')
  let position = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    const [from, to] = [sealAt - position, sealAt + unsealed.length - position]
    if (from < chunk.length && to > 0) chunk.fill('0', Math.max(0, from), Math.min(chunk.length, to))
    hash.update(chunk)
    position += chunk.length
  }
  return hash.digest('hex')
}
