/** Simulated time in milliseconds since the epoch. It moves only when told to, and only forward. */
export interface SimulatedClock {
  now(): number
  /** @returns whether the clock moved there; `false` means that `to` lies in the past */
  moveTo(to: number): boolean
}

export function createSimulatedClock(start: number): SimulatedClock {
  let now = start
  return {
    now: () => now,
    moveTo: (to) => {
      if (to < now) return false
      now = to
      return true
    },
  }
}
