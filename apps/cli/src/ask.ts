import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline/promises'
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
  if (!process.stdin.isTTY) {
    throw new MailtrailError('NOT_CONFIRMED', 'Nobody can be asked here. Repeat the command with --yes if you mean it.')
  }
  const given = await askOn(createInterface({ input: process.stdin, output: process.stderr }), `${question} `)
  if (given !== answer) throw notConfirmed()
}

/** A secret: all of stdin, or what somebody types at the terminal without seeing it. @throws {@link MailtrailError} `NOT_CONFIRMED` */
export async function readSecretInput(prompt: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).trim()
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  // Only now does the terminal show nothing of what is typed.
  say(prompt)
  return askOn(lines, '')
}

async function askOn(lines: Interface, question: string): Promise<string> {
  // A question that is left with Ctrl-D is never answered, and with Ctrl-C it fails.
  const left = once(lines, 'close').then(() => Promise.reject(notConfirmed()))
  const answer = lines.question(question).catch(() => Promise.reject(notConfirmed()))
  left.catch(() => {})
  answer.catch(() => {})
  return (await Promise.race([answer, left]).finally(() => lines.close())).trim()
}

function notConfirmed(): MailtrailError {
  return new MailtrailError('NOT_CONFIRMED', 'Nothing was changed.')
}
