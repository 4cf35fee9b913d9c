import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A server that runs as a child process. */
export interface ChildServer {
  readonly pid: number
  /** The first line of its output that `isReady` accepted. */
  readonly readyLine: string
  /** Sends the signal and waits for the exit; does nothing once the process has ended. */
  end(signal: NodeJS.Signals): Promise<void>
}

/**
 * Starts a command and waits until a line of its standard output says that it serves. Its standard input closes with this process, and
 * it is killed when this process exits.
 *
 * @throws an Error with the last lines of the output when the command ends instead
 */
export async function startChildServer(command: string, args: readonly string[], isReady: (line: string) => boolean): Promise<ChildServer> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child, 'spawn')
  const exited = once(child, 'exit')
  const killAtExit = (): boolean => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  exited.then(() => process.off('exit', killAtExit))
  const readyLine = await firstLine(child.stdout, isReady)
  if (readyLine.isReady) child.stdout.resume()
  else {
    await exited
    throw new Error(`${command} ended before it served:\n${readyLine.text}`)
  }
  return {
    pid: child.pid ?? 0,
    readyLine: readyLine.text,
    end: async (signal) => {
      child.kill(signal)
      await exited
    },
  }
}

async function firstLine(output: Readable, isReady: (line: string) => boolean): Promise<{ isReady: boolean; text: string }> {
  const seen: string[] = []
  for await (const line of createInterface(output)) {
    if (isReady(line)) return { isReady: true, text: line }
    seen.push(line)
  }
  return { isReady: false, text: seen.slice(-10).join('\n') }
}
