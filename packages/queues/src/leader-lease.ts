import { randomUUID } from 'node:crypto'
import { setTimeout as delay, setInterval } from 'node:timers/promises'
import type { RedisConnection } from './open-redis.ts'

/** A leader that cannot renew its lease for so long has lost it. */
const leaseMs = 10_000
/** How often a lease is renewed, or asked for by who stands by: a leader that dies is followed within {@link leaseMs} and this. */
const beatMs = 2_000
/** Redis may be away when a lease is to be given back; it expires then. */
const giveBackMs = 1_000

/** Takes the lease where nobody has it, or keeps it. A Redis that came back empty has none, so that it is taken anew. */
const takeScript = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

const giveBackScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`

/**
 * One of several processes leads. The lease runs on real time, by a clock that nobody sets; still two may lead for a moment (one is paused, Redis forgets),
 * so what leaders do must be harmless when two do it.
 */
export interface LeaderLease extends AsyncDisposable {
  /** Whether this process leads, by what Redis last confirmed. */
  isHeld(): boolean
  /** Asks for it now; for who leads, but was too busy to ask in time. Waits while Redis is away. */
  renew(): Promise<void>
}

export interface LeaseOptions {
  /** What is led. */
  readonly name: string
  /** Called when it begins to lead, unless it does from the start. */
  readonly onTaken: () => void
  /** Called when another leads that did not before. */
  readonly onLost: () => void
}

/** Asks for a lease now and from time to time, as long as it is not disposed. Disposing gives it back, so that another leads at once. */
export async function startLeaderLease(redis: RedisConnection, { name, onTaken, onLost }: LeaseOptions): Promise<LeaderLease> {
  const key = `mailtrail:leader:${name}`
  const token = randomUUID()
  const ending = new AbortController()
  let [isOurs, heldUntil] = [false, 0]

  const isHeld = (): boolean => isOurs && performance.now() < heldUntil

  const take = async (): Promise<void> => {
    // Counted from before it is asked, for the answer may take long.
    const askedAt = performance.now()
    isOurs = (await redis.eval(takeScript, 1, key, token, leaseMs)) === 1 && !ending.signal.aborted
    heldUntil = askedAt + leaseMs
  }
  const beat = async (): Promise<void> => {
    const wasOurs = isOurs
    await take()
    if (wasOurs && !isOurs) onLost()
    if (!wasOurs && isOurs) onTaken()
  }
  const keepBeating = async (): Promise<void> => {
    for await (const _ of setInterval(beatMs, undefined, { signal: ending.signal, ref: false })) await beat().catch(() => {})
  }

  await take()
  void keepBeating().catch(() => {})
  return {
    isHeld,
    renew: async () => {
      await beat()
      // An answer that came too late does not count.
      while (isOurs && !isHeld()) await beat()
    },
    [Symbol.asyncDispose]: async () => {
      ending.abort()
      isOurs = false
      const givenBack = redis.eval(giveBackScript, 1, key, token).catch(() => {})
      await Promise.race([givenBack, delay(giveBackMs, undefined, { ref: false })])
    },
  }
}
