import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { splitLines } from './split-lines.ts'

export interface LineSorterOptions {
  /** A local folder for what is not held; the caller removes it. */
  readonly folder: string
  /** Held at most, in bytes of a rough count. */
  readonly heldBytes: number
}

/** Sorted runs read at once. */
const runsAtOnce = 64

/** A string in memory takes about this more than its characters. */
const stringBytes = 48

/** Sorts strings by code unit in bounded memory: what is beyond it goes to sorted files, which are merged in the end. */
export class LineSorter {
  readonly #options: LineSorterOptions
  #held: string[] = []
  #heldBytes = 0
  readonly #runs: string[] = []

  constructor(options: LineSorterOptions) {
    this.#options = options
  }

  async add(line: string): Promise<void> {
    this.#held.push(line)
    this.#heldBytes += 2 * line.length + stringBytes
    if (this.#heldBytes > this.#options.heldBytes) await this.#spill()
  }

  /** Everything added, in order; once. */
  async *sorted(): AsyncGenerator<string> {
    if (this.#runs.length === 0) {
      yield* this.#held.sort()
      return
    }
    await this.#spill()
    while (this.#runs.length > runsAtOnce) {
      const few = this.#runs.splice(0, runsAtOnce)
      this.#runs.push(await this.#write(merge(few)))
      await removeAll(few)
    }
    yield* merge(this.#runs)
    await removeAll(this.#runs)
  }

  async #spill(): Promise<void> {
    this.#runs.push(await this.#write(this.#held.sort()))
    this.#held = []
    this.#heldBytes = 0
  }

  /** As JSON strings, which keep line ends and lone surrogates. */
  async #write(lines: Iterable<string> | AsyncIterable<string>): Promise<string> {
    await mkdir(this.#options.folder, { recursive: true })
    const path = join(this.#options.folder, randomUUID())
    await using file = await open(path, 'wx')
    await file.writeFile(jsonLines(lines))
    return path
  }
}

async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path)
}

async function* jsonLines(lines: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  const size = 64 * 1024
  let text = ''
  for await (const line of lines) {
    text += `${JSON.stringify(line)}\n`
    if (text.length < size) continue
    yield text
    text = ''
  }
  yield text
}

interface Head {
  readonly lines: AsyncGenerator<string>
  readonly line: string
}

async function* merge(runs: readonly string[]): AsyncGenerator<string> {
  const readers = runs.map(readRun)
  try {
    let heads = (await Promise.all(readers.map(nextHead))).flat()
    while (heads.length > 0) {
      const least = heads.reduce((a, b) => (b.line < a.line ? b : a))
      yield least.line
      const next = await nextHead(least.lines)
      heads = heads.flatMap((head) => (head === least ? next : [head]))
    }
  } finally {
    await Promise.all(readers.map((lines) => lines.return(undefined)))
  }
}

async function nextHead(lines: AsyncGenerator<string>): Promise<Head[]> {
  const { done, value } = await lines.next()
  return done ? [] : [{ lines, line: value }]
}

async function* readRun(path: string): AsyncGenerator<string> {
  for await (const line of splitLines(createReadStream(path))) yield String(JSON.parse(line.toString()))
}
