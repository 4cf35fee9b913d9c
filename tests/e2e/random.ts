import { createHash } from 'node:crypto'

/** Random numbers that are the same for the same seed. */
export interface Random {
  /** A whole number, both ends included. */
  between(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(choices: readonly T[]): T
}

export function createRandom(seed: string): Random {
  let drawn = 0
  const unit = (): number => {
    drawn += 1
    return createHash('sha256').update(`${seed} ${drawn}`).digest().readUInt32BE() / 2 ** 32
  }
  const between = (from: number, to: number): number => from + Math.floor(unit() * (to - from + 1))
  return {
    between,
    chance: (probability) => unit() < probability,
    pick: <T>(choices: readonly T[]): T => choices[between(0, choices.length - 1)] as T,
  }
}
