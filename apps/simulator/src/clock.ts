/** Simulated time in milliseconds since the epoch. It moves when told to, only forward, and by itself if it has a speed. */
export interface SimulatedClock {
  now(): number
  /** @returns whether the clock moved there; `false` means that `to` lies in the past */
  moveTo(to: number): boolean
}

/**
 * @param speed - simulated seconds in a second of real time
 * @param realNow - real time, in milliseconds from any moment
 */
export function createSimulatedClock(start: number, speed: number, realNow: () => number): SimulatedClock {
  let setTo = start
  let setAt = realNow()
  const now = (): number => setTo + Math.floor((realNow() - setAt) * speed)
  return {
    now,
    moveTo: (to) => {
      if (to < now()) return false
      setTo = to
      setAt = realNow()
      return true
    },
  }
}
