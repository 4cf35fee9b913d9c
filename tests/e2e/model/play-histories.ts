import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Verdict {
  readonly seed: number
  readonly settledHours: number
  readonly failures: readonly string[]
}

/** Plays histories of these seeds in a process a core. @throws an Error when one of them ends in another way than by a verdict */
export async function* playHistories({ first, count }: { readonly first: number; readonly count: number }): AsyncGenerator<Verdict> {
  const shares = Math.min(count, availableParallelism())
  const verdicts = Array.from({ length: shares }, (_, share) => playShare(first + share, first + count - 1, shares))
  for (let running = verdicts.map(nextOf); running.length > 0; ) {
    const { verdict, share } = await Promise.race(running.map(({ next }) => next))
    running = running.filter((one) => one.share !== share)
    if (verdict === undefined) continue
    yield verdict
    running.push(nextOf(share))
  }
}

function nextOf(share: AsyncGenerator<Verdict>): {
  readonly share: AsyncGenerator<Verdict>
  readonly next: Promise<{ readonly share: AsyncGenerator<Verdict>; readonly verdict: Verdict | undefined }>
} {
  return { share, next: share.next().then(({ value }) => ({ share, verdict: value ?? undefined })) }
}

async function* playShare(first: number, last: number, step: number): AsyncGenerator<Verdict> {
  const program = fileURLToPath(new URL('play-share.ts', import.meta.url))
  const args = ['--conditions=@mailtrail/source', program, ...[first, last, step].map(String)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line)
  const code = await ended
  if (code !== 0) throw new Error(`A history of the seeds from ${first} in steps of ${step} ended with code ${code}.`)
}
