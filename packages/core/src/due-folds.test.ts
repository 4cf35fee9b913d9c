import { describe, expect, test } from 'vitest'
import { type DueFold, dueFolds, type KnownDay } from './due-folds.ts'
import { type DueListing, defaultHorizonMs } from './due-listings.ts'
import { dayMs, hourMs } from './interval.ts'

const start = Date.parse('2024-03-11T00:00:00Z')
const end = start + dayMs
const contentType = 'Audit.Exchange'
const day: KnownDay = { contentType, start, fold: 0, isOpen: false, isDoubled: false }
const folds = (days: readonly KnownDay[], listings: readonly DueListing[], now: number): DueFold[] =>
  dueFolds(days, { due: listings, now, horizonMs: defaultHorizonMs })
const due = (entry: DueListing['entry'], at = start): DueListing => ({ contentType, start: at, end: at + hourMs, entry, lane: 'live' })

describe(dueFolds, () => {
  test.each([
    { title: '8 hours after the day', fold: 1, at: end + 8 * hourMs },
    { title: '6 hours after all that may come late has come', fold: 2, at: end + 78 * hourMs },
    { title: 'five and a half days after the day', fold: 3, at: end + 5.5 * dayMs },
  ])('fold $fold is due $title, and not before', ({ fold, at }) => {
    const before = { ...day, fold: fold - 1 }
    expect(folds([before], [], at - 1)).toEqual([])
    expect(folds([before], [], at)).toEqual([{ contentType, start, fold }])
    expect(folds([{ ...day, fold }], [], at)).toEqual([])
  })

  test('of a day that was never folded only the last that is due is made', () => {
    expect(folds([day], [], end + 30 * dayMs)).toEqual([{ contentType, start, fold: 3 }])
  })

  test.each([
    { title: 'the second waits for the settling sweep', listings: [due('sweep-settle')], at: end + 4 * dayMs, fold: 1 },
    { title: 'the second waits for no other', listings: [due('sweep-24h'), due('listed')], at: end + 4 * dayMs, fold: 2 },
    { title: 'the last waits for every sweep of the day', listings: [due('sweep-6h', end - 1)], at: end + 6 * dayMs, fold: 2 },
    { title: 'the last waits for every window of the day', listings: [due('listed')], at: end + 6 * dayMs, fold: 2 },
    { title: 'the last waits for no other day', listings: [due('listed', start - 1), due('listed', end)], at: end + 6 * dayMs, fold: 3 },
    {
      title: 'the last waits for no other content type',
      listings: [{ ...due('listed'), contentType: 'Audit.General' }],
      at: end + 6 * dayMs,
      fold: 3,
    },
  ])('$title', ({ listings, at, fold }) => {
    expect(folds([day], listings, at)).toMatchObject([{ fold }])
  })

  test('the last waits until all is sealed and fetched', () => {
    expect(folds([{ ...day, fold: 2, isOpen: true }], [], end + 20 * dayMs)).toEqual([])
  })

  test('the last is due again while what it holds was not removed', () => {
    expect(folds([{ ...day, fold: 3, isDoubled: true }], [], end + 6 * dayMs)).toMatchObject([{ fold: 3 }])
    expect(folds([{ ...day, fold: 2, isDoubled: true }], [], end + 5 * dayMs)).toEqual([])
  })

  test('the oldest day comes first', () => {
    const days = [2, 0, 1].map((after) => ({ ...day, start: start + after * dayMs }))
    expect(folds(days, [], end + 4 * dayMs).map((fold) => fold.start)).toEqual([start, start + dayMs, start + 2 * dayMs])
  })
})
