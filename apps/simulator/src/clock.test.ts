import { describe, expect, test } from 'vitest'
import { createSimulatedClock } from './clock.ts'

describe(createSimulatedClock, () => {
  test('stands still at speed 0', () => {
    let real = 5
    const clock = createSimulatedClock(1000, 0, () => real)
    real += 60_000
    expect(clock.now()).toBe(1000)
  })

  test('runs by itself at its speed, and goes on from where it is put', () => {
    let real = 5
    const clock = createSimulatedClock(1000, 60, () => real)
    real += 10
    expect(clock.now()).toBe(1600)
    expect(clock.moveTo(1599)).toBe(false)
    expect(clock.moveTo(5000)).toBe(true)
    real += 1
    expect(clock.now()).toBe(5060)
  })
})
