import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayMs, utcDate } from './interval.ts'
import { expiredDates, findRetentionFaults, firstKeptDate, retentionOf, retentionSchema } from './retention.ts'

describe(expiredDates, () => {
  test.each([
    { now: '2024-04-10T00:00:00Z', kept: '2024-03-11' },
    { now: '2024-04-09T23:59:59.999Z', kept: '2024-03-10' },
  ])('at $now the first date of 30 days that is kept is $kept', ({ now, kept }) => {
    const dates = ['2023-12-31', '2024-03-09', '2024-03-10', '2024-03-11', '2024-04-10', 'unknown']
    expect(expiredDates(dates, 30, Date.parse(now))).toEqual(dates.filter((date) => date < kept))
    expect(firstKeptDate(30, Date.parse(now))).toBe(kept)
  })

  test('never ends a date of which a moment is younger than the retention', () => {
    const time = fc.integer({ min: Date.parse('2000-01-01'), max: Date.parse('2100-01-01') })
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: 36_500 }), fc.integer({ min: 0, max: 3 * dayMs }), (event, days, late) => {
        const now = event + days * dayMs + late
        const isExpired = expiredDates([utcDate(event)], days, now).length > 0
        expect(isExpired).toBe(Date.parse(utcDate(event)) + dayMs + days * dayMs <= now)
      }),
    )
  })

  test.each([{ days: undefined }, { days: 36_500 }])('is empty with a retention of $days days', ({ days }) => {
    expect(expiredDates(['2000-01-01', 'unknown'], days, Date.parse('2024-03-11'))).toEqual([])
  })
})

describe('a retention', () => {
  test('of the tenant wins over that of the fleet, and items are kept as long as raw', () => {
    expect(retentionOf(undefined, {})).toEqual({})
    expect(retentionOf({ itemsDays: 90 }, { rawDays: 400, emailEventsDays: 30 })).toEqual({
      rawDays: 400,
      itemsDays: 90,
      emailEventsDays: 30,
    })
    expect(retentionOf({ rawDays: 100 }, { rawDays: 400 })).toEqual({ rawDays: 100, itemsDays: 100 })
  })

  test.each([
    { rawDays: 100, itemsDays: 100, faults: 0 },
    { rawDays: undefined, itemsDays: 100, faults: 0 },
    { rawDays: undefined, itemsDays: undefined, faults: 0 },
    { rawDays: 100, itemsDays: 101, faults: 1 },
    { rawDays: 100, itemsDays: undefined, faults: 1 },
  ])('of $rawDays days of raw and $itemsDays days of items has $faults faults', ({ faults, ...retention }) => {
    expect(findRetentionFaults(retention)).toHaveLength(faults)
  })

  test.each([{ rawDays: 13 }, { itemsDays: 0 }, { emailEventsDays: 1.5 }, { rawDays: 40_000 }, { days: 30 }])(
    'is none when it is %j',
    (given) => {
      expect(retentionSchema.safeParse(given).success).toBe(false)
    },
  )
})
