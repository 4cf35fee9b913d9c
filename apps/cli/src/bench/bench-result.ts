import type { Abortable } from '@mailtrail/core'

/** One measured figure. */
export interface BenchResult {
  readonly name: string
  readonly value: number
  readonly unit: 's' | 'ms' | 'µs' | 'B' | 'MiB' | 'MB/s' | 'contents/s' | '%' | 'x'
  /** How many times better than what it is compared with; null where it is compared with nothing. */
  readonly ratio: number | null
  /** In words, such as `< 1.5 s`; null where the figure is only told. */
  readonly goal: string | null
  readonly holds: boolean
}

export interface BenchPlace extends Abortable {
  /** Empty, and removed afterwards. */
  readonly folder: string
  /** What is done now, for whoever waits. */
  readonly onStep: (text: string) => void
}

/** Makes its own data below the place's folder, and measures. */
export type Measure = (place: BenchPlace) => Promise<readonly BenchResult[]>
