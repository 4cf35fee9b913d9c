import { describe, expect, test } from 'vitest'
import { createRequestBudget } from './request-budget.ts'

describe(createRequestBudget, () => {
  test('takes so many calls in any minute, of each tenant', () => {
    let now = 0
    const budget = createRequestBudget(() => now)
    const take = (tenant: string): boolean => budget.take(tenant, 2)
    expect([take('a'), take('a'), take('a'), take('b')]).toEqual([true, true, false, true])
    now = 59_999
    expect(take('a')).toBe(false)
    now = 60_000
    expect([take('a'), take('a'), take('a')]).toEqual([true, true, false])
  })
})
