import type { BenchResult } from './bench-result.ts'

/** What the work gives, and how long it takes. */
export async function timed<Value>(work: () => Promise<Value>): Promise<{ readonly value: Value; readonly seconds: number }> {
  const startedAt = performance.now()
  const value = await work()
  return { value, seconds: (performance.now() - startedAt) / 1_000 }
}

export function inSeconds(seconds: number): Pick<BenchResult, 'value' | 'unit'> {
  return { value: rounded(seconds), unit: 's' }
}

/** To three digits: no figure is better than that. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
