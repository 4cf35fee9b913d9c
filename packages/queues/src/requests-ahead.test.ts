import { expect, test } from 'vitest'
import { aheadMs } from './request-budgets-scripts.ts'
import { RequestsAhead } from './requests-ahead.ts'

test('what was taken ahead is used in time, or not at all', () => {
  const ahead = new RequestsAhead()
  ahead.keep(2, 0)
  expect(ahead.use(aheadMs - 1)).toBe(true)
  expect(ahead.use(aheadMs)).toBe(false)
})

test('what is taken while some is left makes that last no longer', () => {
  const ahead = new RequestsAhead()
  ahead.keep(1, 0)
  ahead.keep(1, aheadMs - 1)
  expect([ahead.use(aheadMs - 1), ahead.use(aheadMs)]).toEqual([true, false])
})

test('who uses all in time takes twice as many, up to ten; who does not, one', () => {
  const ahead = new RequestsAhead()
  const wanted: number[] = []
  for (let times = 0; times < 6; times += 1) {
    const count = ahead.wanted(0)
    wanted.push(count)
    ahead.keep(count - 1, 0)
    while (ahead.use(0));
  }
  expect(wanted).toEqual([1, 2, 4, 8, 10, 10])
  expect(ahead.wanted(aheadMs)).toBe(1)
})

test('after a throttling nothing is left', () => {
  const ahead = new RequestsAhead()
  ahead.keep(5, 0)
  ahead.drop()
  expect(ahead.use(0)).toBe(false)
})
