import { createHash } from 'node:crypto'

/** Random numbers that are the same for the same seed. */
export interface Random {
  /** A whole number, both ends included. */
  between(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(choices: readonly T[]): T
}

export function createRandom(seed: string): Random {
  const unit = sequence(createHash('sha256').update(seed).digest())
  const between = (from: number, to: number): number => from + Math.floor(unit() * (to - from + 1))
  return {
    between,
    chance: (probability) => unit() < probability,
    pick: <T>(choices: readonly T[]): T => choices[between(0, choices.length - 1)] as T,
  }
}

/** Numbers from 0 up to 1, by xoshiro128** (Blackman and Vigna, 2018). */
function sequence(seed: Buffer): () => number {
  const state = new Uint32Array([0, 4, 8, 12].map((offset) => seed.readUInt32LE(offset)))
  const [rotate, at] = [(x: number, by: number): number => (x << by) | (x >>> (32 - by)), (index: number): number => state[index] ?? 0]
  return () => {
    const result = Math.imul(rotate(Math.imul(at(1), 5), 7), 9) >>> 0
    const shifted = at(1) << 9
    state[2] = at(2) ^ at(0)
    state[3] = at(3) ^ at(1)
    state[1] = at(1) ^ at(2)
    state[0] = at(0) ^ at(3)
    state[2] = at(2) ^ shifted
    state[3] = rotate(at(3), 11)
    return result / 2 ** 32
  }
}
