import { once } from 'node:events'

/** Resolves when the process is asked to end: by SIGTERM or SIGINT, or, with a lifeline, when standard input closes. */
export async function endOfRun({ stdinLifeline }: { readonly stdinLifeline: boolean }): Promise<void> {
  const ends: Promise<unknown>[] = [once(process, 'SIGTERM'), once(process, 'SIGINT')]
  if (stdinLifeline) {
    // Read to nowhere: without a reader the end of the stream is not noticed.
    process.stdin.resume()
    ends.push(once(process.stdin, 'close'))
  }
  // Sent to a whole process group and passed on by its parent, the same signal comes twice; the second may not cut the score short.
  process.on('SIGTERM', () => {})
  await Promise.race(ends)
}
