import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger }

/** Cut by path, wherever they stand: a log line holds counts and ids, never a secret and never mail content. */
const redact = [
  'clientSecret',
  'certificatePem',
  'accessToken',
  'authorization',
  'secret',
  'password',
  'mailbox',
  'subject',
  'recipients',
  'sender',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

/**
 * One JSON line an outcome, on stderr by default: `event` is `noun.past-verb`. `info` a step finished, `warn` we recovered, `error` data
 * is late or lost and someone must act.
 */
export function createLogger(level: string, destination: DestinationStream = pino.destination(2)): Logger {
  return pino(
    {
      level,
      base: null,
      redact: { paths: redact, censor: '[redacted]' },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  )
}

export function logFile(path: string): DestinationStream {
  return pino.destination({ dest: path, mkdir: true })
}
