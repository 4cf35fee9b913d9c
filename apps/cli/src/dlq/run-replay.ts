import { MailtrailError } from '@mailtrail/core'
import { connectRedis, createTurns, createWorkQueues } from '@mailtrail/queues'
import { loadFleetSettings, systemClock } from '@mailtrail/runtime'
import { exitCodes } from '../exit-codes.ts'
import { operatorName } from '../operator-name.ts'
import type { SetExitCode } from '../run-command-line.ts'
import type { FoundLetter } from './found-letter.ts'
import { type LetterOptions, letterFilter } from './letter-options.ts'
import { openLetters } from './open-letters.ts'
import { type ReplayDeps, type ReplayOutcome, replayLetter } from './replay-letter.ts'
import { workThrough } from './work-through.ts'

export interface ReplayOptions extends LetterOptions {
  readonly dryRun?: boolean
}

const leftOver: ReadonlySet<string> = new Set(['busy', 'impossible', 'dropped'] satisfies ReplayOutcome[])

export async function runReplay(ids: readonly string[], options: ReplayOptions, setExitCode: SetExitCode): Promise<void> {
  const now = systemClock.now()
  await openLetters(options.lake, letterFilter(ids, options, now), async ({ letters, faults }) => {
    await using parts = new AsyncDisposableStack()
    const replay = options.dryRun ? async (letter: FoundLetter) => wouldBe(letter) : await openReplay(parts, { now, by: operatorName() })
    const result = await workThrough(letters, { label: 'Replaying', isDry: options.dryRun === true, json: options.json === true }, replay)
    const isPartial = result.faults + faults > 0 || result.outcomes.some((outcome) => leftOver.has(outcome))
    if (isPartial) setExitCode(exitCodes.partlyDone)
  })
}

function wouldBe({ state, letter }: FoundLetter): ReplayOutcome {
  if (state === 'dropped' || state === 'resolved') return state
  if (letter.tenantId === null) return 'impossible'
  return state === 'replayed' ? 'under way' : 'queued'
}

/** Redis is needed for this alone. */
async function openReplay(
  parts: AsyncDisposableStack,
  by: Pick<ReplayDeps, 'now' | 'by'>,
): Promise<(letter: FoundLetter) => Promise<ReplayOutcome>> {
  const settings = loadFleetSettings(process.env)
  if (settings.redisUrl === undefined)
    throw new MailtrailError('REDIS_NOT_CONFIGURED', 'A replay queues work: set MAILTRAIL_REDIS_URL to the Redis of the fleet.')
  const redis = parts.adopt(await connectRedis(settings.redisUrl, settings), (connection) => connection.disconnect())
  const queues = parts.use(createWorkQueues(redis))
  const deps = { queues, turns: createTurns(redis, queues), ...by }
  return (letter) => replayLetter(letter, deps)
}
