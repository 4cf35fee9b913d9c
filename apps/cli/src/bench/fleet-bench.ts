import type { Measure } from './bench-result.ts'
import { measureLive } from './fleet/measure-live.ts'
import { measureRedis } from './fleet/measure-redis.ts'

export const fleetBench: readonly Measure[] = [
  (place) => measureRedis(place, { tenants: 50, windowsEach: 10, contentsPerWindow: 20, rounds: 5 }),
  (place) => measureLive(place, { tenants: 1_000, contentsEach: 4, quietMinutes: 4, minutes: 8 }),
]
