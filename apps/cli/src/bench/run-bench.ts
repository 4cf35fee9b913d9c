import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { BenchResult, Measure } from './bench-result.ts'

export interface Bench {
  readonly bench: string
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryGiB: number; readonly node: string }
  readonly results: readonly BenchResult[]
}

/** Takes the measures one after the other, each in a folder of its own that goes with it. */
export async function runBench(bench: string, measures: readonly Measure[], onStep: (text: string) => void): Promise<Bench> {
  const results: BenchResult[] = []
  for (const measure of measures) {
    const folder = await mkdtemp(join(tmpdir(), 'mailtrail-bench-'))
    try {
      results.push(...(await measure({ folder, onStep })))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  return { bench, machine: machine(), results }
}

function machine(): Bench['machine'] {
  const cores = cpus()
  const memoryGiB = Math.round(totalmem() / 1024 ** 3)
  return { cpu: cores[0]?.model ?? 'unknown', cores: cores.length, memoryGiB, node: process.version }
}

export function renderBench({ machine: { cpu, cores, memoryGiB, node }, results }: Bench): string {
  const rows = results.map(({ name, value, unit, ratio, goal, holds }) => [
    name,
    `${value} ${unit}`,
    ratio === null ? '' : `${ratio} x`,
    goal === null ? '' : `${goal}: ${holds ? 'holds' : 'MISSED'}`,
  ])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [`${cores} x ${cpu}, ${memoryGiB} GiB, Node.js ${node}`, ...lines].join('\n')
}
