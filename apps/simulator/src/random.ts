import { createHash } from 'node:crypto'

/** A source of choices that gives the same ones for the same seed, on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** A whole number in [min, max]. */
  int(min: number, max: number): number
  chance(probability: number): boolean
  pick<T>(choices: readonly T[]): T
  /** At most `count` different choices, in random order. */
  sample<T>(choices: readonly T[], count: number): T[]
  guid(): string
  hex(length: number): string
  /** A source of its own for one part of the world, so that changing a part does not change the others. */
  fork(part: string): Random
}

export function createRandom(seed: string): Random {
  const next = createGenerator(seed)
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  const hex = (length: number): string => {
    let digits = ''
    while (digits.length < length) digits += int(0, 0xffff_ffff).toString(16).padStart(8, '0')
    return digits.slice(0, length)
  }
  return {
    next,
    int,
    hex,
    chance: (probability) => next() < probability,
    pick: (choices) => at(choices, int(0, choices.length - 1)),
    sample: (choices, count) => shuffle(choices, int).slice(0, count),
    guid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${int(8, 11).toString(16)}${hex(3)}-${hex(12)}`,
    fork: (part) => createRandom(`${seed}/${part}`),
  }
}

function at<T>(choices: readonly T[], index: number): T {
  if (index < 0 || index >= choices.length) throw new RangeError('There is nothing to choose from.')
  return choices[index] as T
}

function shuffle<T>(choices: readonly T[], int: Random['int']): T[] {
  const shuffled = [...choices]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = int(0, last)
    const kept = at(shuffled, last)
    shuffled[last] = at(shuffled, other)
    shuffled[other] = kept
  }
  return shuffled
}

/** sfc32, seeded by a hash of the text. */
function createGenerator(seed: string): () => number {
  const hash = createHash('sha256').update(seed).digest()
  let a = hash.readInt32LE(0)
  let b = hash.readInt32LE(4)
  let c = hash.readInt32LE(8)
  let counter = hash.readInt32LE(12)
  return () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 4_294_967_296
  }
}
