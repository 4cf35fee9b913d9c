import { hourMs, minuteMs } from '@mailtrail/core'
import { describe, expect, test } from 'vitest'
import { CompactionPlan } from './compaction-plan.ts'

/** News of one date, in hours, and when it is first due. */
const cases = [
  { news: [0], dueAt: 1 },
  { news: [0, 0.5], dueAt: 1.5 },
  { news: [0, 0.9, 1.8, 2.7, 3.6, 4.5], dueAt: 5.5 },
  { news: [0, 0.9, 1.8, 2.7, 3.6, 4.5, 5.4], dueAt: 6 },
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
    expect(plan.due(2 * hourMs)).toEqual(['early', 'also', 'late', 'later'])
  })

  test('what was asked for is due again only after news', () => {
    const plan = new CompactionPlan()
    plan.note(['2024-03-14'], 0)
    plan.asked('2024-03-14')
    expect(plan.due(24 * hourMs)).toEqual([])
    plan.note(['2024-03-14'], 24 * hourMs)
    expect(plan.due(25 * hourMs)).toEqual(['2024-03-14'])
  })
})
