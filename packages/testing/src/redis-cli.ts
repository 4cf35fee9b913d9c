import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Asks a server by redis-cli, with what it needs beside the port. */
export async function redisCli(port: number, command: string, options: readonly string[] = []): Promise<string> {
  const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(port), ...options, ...command.split(' ')])
  return stdout
}

/** Asks again until the answer is as it should be. */
export async function redisAnswers(answer: RegExp, ...question: Parameters<typeof redisCli>): Promise<void> {
  while (!answer.test(await redisCli(...question))) await delay(20)
}
