import { hourMs, minuteMs } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { CompactionPlan } from './compaction-plan.ts'

/** News of one date, in hours, and when it is first due. */
const cases = [
  { news: [0], dueAt: 6 },
  { news: [0, 2], dueAt: 8 },
  { news: [0, 5, 10, 15], dueAt: 21 },
  { news: [0, 5, 10, 15, 20], dueAt: 24 },
]

describe(CompactionPlan, () => {
  test.each(cases)('a date with news at $news is due at $dueAt', ({ news, dueAt }) => {
    const plan = new CompactionPlan()
    for (const hour of news) plan.note(['2024-03-14'], hour * hourMs)
    expect(plan.due(dueAt * hourMs - 1)).toEqual([])
    expect(plan.due(dueAt * hourMs)).toEqual(['2024-03-14'])
  })

  test('what was there before is due at once, and what waits longest goes first', () => {
    const plan = new CompactionPlan()
    plan.note(['late'], 0)
    plan.note(['early', 'also'], Number.NEGATIVE_INFINITY)
    plan.note(['later'], minuteMs)
    plan.note(['early'], 2 * minuteMs)
    expect(plan.due(3 * minuteMs)).toEqual(['early', 'also'])
    expect(plan.due(7 * hourMs)).toEqual(['early', 'also', 'late', 'later'])
  })

  test('what was asked for is due again only after news', () => {
    const plan = new CompactionPlan()
    plan.note(['2024-03-14'], 0)
    plan.asked('2024-03-14')
    expect(plan.due(48 * hourMs)).toEqual([])
    plan.note(['2024-03-14'], 48 * hourMs)
    expect(plan.due(54 * hourMs)).toEqual(['2024-03-14'])
  })
})
