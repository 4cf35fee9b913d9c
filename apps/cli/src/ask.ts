import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { MailtrailError } from '@mailtrail/core'
import { say } from './print.ts'

/**
 * Goes on only if somebody at the terminal types `answer`, or `isConfirmed` says that it was decided before.
 *
 * @throws {@link MailtrailError} `NOT_CONFIRMED`; also where there is nobody to ask
 */
export async function confirm(question: string, answer: string, isConfirmed: boolean): Promise<void> {
  if (isConfirmed) return
  if (!process.stdin.isTTY)
    throw new MailtrailError('NOT_CONFIRMED', 'Nobody can be asked here. Repeat the command with --yes if you mean it.')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const given = await lines.question(`${question} `).finally(() => lines.close())
  if (given.trim() !== answer) throw new MailtrailError('NOT_CONFIRMED', 'Nothing was changed.')
}

/** A secret: all of stdin, or what somebody types at the terminal without seeing it. */
export async function readSecretInput(prompt: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).trim()
  say(prompt)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  return (await lines.question('').finally(() => lines.close())).trim()
}
