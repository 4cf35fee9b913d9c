import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hourMs } from '@mailtrail/core'
import { judgeHistory } from './judge-history.ts'
import { playHistory } from './play-history.ts'

// A process of its own plays every so-manyth seed, and prints a JSON line for each.
const [first = 0, last = 0, step = 1] = process.argv.slice(2).map(Number)
const folder = await mkdtemp(join(tmpdir(), 'mailtrail-model-'))
try {
  for (let seed = first; seed <= last; seed += step) {
    const history = await playHistory(String(seed), folder)
    const settled = history.moments.at(-1)?.coverage.filter(({ state }) => state === 'settled') ?? []
    const settledHours = settled.reduce((sum, { from, to }) => sum + (to - from) / hourMs, 0)
    process.stdout.write(`${JSON.stringify({ seed, settledHours, failures: judgeHistory(history) })}\n`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
