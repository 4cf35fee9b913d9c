/** What a shell reports of a command that SIGPIPE ended, which Node.js ignores. */
const brokenPipe = 128 + 13

/**
 * Ends the process quietly once nobody reads its data any more, as `mailtrail … | head` has it. Talk that nobody reads is no reason to stop.
 */
export function endWithReader(): void {
  process.stdout.on('error', (error) => {
    if (!isBrokenPipe(error)) throw error
    process.exit(brokenPipe)
  })
  process.stderr.on('error', (error) => {
    if (!isBrokenPipe(error)) throw error
  })
}

function isBrokenPipe(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE'
}
