import { pino } from 'pino'
import { connectRedis, startWorker, turnTaskSchema } from '../src/index.ts'

/** Takes a turn, says so, and never ends it: a process to be killed. */
const redis = await connectRedis(process.argv[2] ?? '')
await startWorker(redis, {
  queue: 'contents',
  schema: turnTaskSchema,
  handle: (task) => {
    process.stdout.write(`${task.turnId}\n`)
    return new Promise(() => {})
  },
  concurrency: 1,
  jobLockMs: 500,
  log: pino({ level: 'silent' }),
})
process.stdin.on('close', () => process.exit(0)).resume()
