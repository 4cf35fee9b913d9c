import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A server that runs as a child process, and ends when its standard input closes: so it never outlives this process. */
export interface ChildServer {
  /** The first line of its output that `isReady` accepted. */
  readonly readyLine: string
  /** Closes the standard input and waits for the exit. */
  end(): Promise<void>
}

/** Runs a command until standard input closes, for a server that knows no such thing itself: `sh -c <lifeline> sh command …`. */
export const lifeline = '"$@" & server=$!; exec >/dev/null 2>&1; cat; kill -KILL $server; wait $server'

/**
 * Starts a command and waits until a line of its standard output says that it serves.
 *
 * @throws an Error with the last lines of the output when the command ends instead
 */
export async function startChildServer(command: string, args: readonly string[], isReady: (line: string) => boolean): Promise<ChildServer> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child, 'spawn')
  const exited = once(child, 'exit')
  const end = async (): Promise<void> => {
    child.stdin.end()
    await exited
  }
  const said = await firstLine(child.stdout, isReady)
  if (!said.isReady) {
    await end()
    throw new Error(`${command} ended before it served:\n${said.text}`)
  }
  child.stdout.resume()
  return { readyLine: said.text, end }
}

async function firstLine(output: Readable, isReady: (line: string) => boolean): Promise<{ isReady: boolean; text: string }> {
  const seen: string[] = []
  for await (const line of createInterface(output)) {
    if (isReady(line)) return { isReady: true, text: line }
    seen.push(line)
  }
  return { isReady: false, text: seen.slice(-10).join('\n') }
}
