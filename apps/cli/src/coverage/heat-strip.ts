import { styleText } from 'node:util'
import { type CoverageInterval, type CoverageState, coverageStates, hourMs, type Interval, isoSeconds } from '@mailtrail/core'

export interface HeatStripOptions {
  readonly columns: number
  /** Colours beside the letters; the letters alone say the same. */
  readonly withColor: boolean
  readonly amended: readonly Interval[]
}

type Style = Parameters<typeof styleText>[0]

const looks: Readonly<Record<CoverageState, { readonly letter: string; readonly style: Style }>> = {
  settled: { letter: '#', style: ['black', 'bgGreen'] },
  provisional: { letter: '.', style: ['black', 'bgCyan'] },
  throttled: { letter: 'T', style: ['black', 'bgYellow'] },
  gap_collector: { letter: 'C', style: ['white', 'bgRed'] },
  gap_subscription: { letter: 'S', style: ['white', 'bgRed'] },
  gap_upstream: { letter: 'U', style: ['white', 'bgRed'] },
  not_audited: { letter: 'N', style: ['white', 'bgMagenta'] },
  unverified: { letter: '?', style: ['white', 'bgMagenta'] },
  outside: { letter: '-', style: ['white', 'bgBlackBright'] },
}

/** A cell a slice of the time, at least an hour, in its worst state; below it marks where it is amended, the ends, and what the letters say. */
export function heatStrip(coverage: readonly CoverageInterval[], { columns, withColor, amended }: HeatStripOptions): string[] {
  const [from, to] = [coverage[0]?.from ?? 0, coverage.at(-1)?.to ?? 0]
  const count = Math.max(1, Math.min(columns, Math.ceil((to - from) / hourMs)))
  const cells = Array.from({ length: count }, (_, cell) => ({
    from: from + ((to - from) * cell) / count,
    to: from + ((to - from) * (cell + 1)) / count,
  }))
  const paint = (state: CoverageState, text: string): string =>
    withColor ? styleText(looks[state].style, text, { validateStream: false }) : text
  const states = cells.map((cell) => worstIn(coverage, cell))
  const strip = runsOf(states).map(({ state, length }) => paint(state, looks[state].letter.repeat(length)))
  const marks = cells.map((cell) => (amended.some((span) => touches(span, cell)) ? '^' : ' '))
  const seen = coverageStates.filter((state) => coverage.some((interval) => interval.state === state))
  const legend = [...seen.map((state) => `${paint(state, looks[state].letter)} ${state}`), ...(amended.length > 0 ? ['^ amended'] : [])]
  const ends = `${isoSeconds(from)}${isoSeconds(to).padStart(Math.max(count - 20, 21))}`
  return [strip.join(''), ...(amended.length > 0 ? [marks.join('').trimEnd()] : []), ends, legend.join('  ')]
}

function runsOf(states: readonly CoverageState[]): { state: CoverageState; length: number }[] {
  const runs: { state: CoverageState; length: number }[] = []
  for (const state of states) {
    const last = runs.at(-1)
    if (last?.state === state) last.length += 1
    else runs.push({ state, length: 1 })
  }
  return runs
}

function worstIn(coverage: readonly CoverageInterval[], cell: Interval): CoverageState {
  const states = coverage.filter((interval) => touches(interval, cell)).map(({ state }) => coverageStates.indexOf(state))
  return coverageStates[Math.max(0, ...states)] ?? 'outside'
}

function touches(a: Interval, b: Interval): boolean {
  return a.from < b.to && b.from < a.to
}
