import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Collection, collectionOf, collectionStateAt } from './collection.ts'
import { dayMs, hourMs, minuteMs } from './interval.ts'
import type { CollectionEvent, HistoryEvent } from './tenant-history.ts'
import { listableMs, windowsOver } from './windows.ts'

const day0 = Date.parse('2024-03-11T00:00:00Z')
const at = (hours: number): number => day0 + hours * hourMs
const exchange = 'Audit.Exchange'
const added: CollectionEvent = { kind: 'added', at: at(1.1), contentTypes: [exchange], windowMinutes: 30, backfill: false }
const spans = ({ periods }: Collection): object[] => periods.map(({ from, to, lane }) => ({ from, to, lane }))
const forever = Number.POSITIVE_INFINITY

describe(collectionOf, () => {
  test('a tenant is collected from the window in which it was added', () => {
    expect(collectionOf([added])).toMatchObject({ state: 'active', periods: [{ from: at(1), to: forever, lane: 'live' }] })
  })

  test('a backfill reaches to the listing limit, on the grid', () => {
    expect(spans(collectionOf([{ ...added, backfill: true }]))).toEqual([
      { from: Math.ceil((added.at - listableMs) / (30 * minuteMs)) * 30 * minuteMs, to: at(1), lane: 'backfill' },
      { from: at(1), to: forever, lane: 'live' },
    ])
  })

  test('the windows that a pause and a resumption cut are expected whole', () => {
    const history: HistoryEvent[] = [added, { kind: 'paused', at: at(5.1) }, { kind: 'resumed', at: at(9.9), backfill: false }]
    expect(spans(collectionOf(history))).toEqual([
      { from: at(1), to: at(5.5), lane: 'live' },
      { from: at(9.5), to: forever, lane: 'live' },
    ])
  })

  test('a pause inside one window leaves no hole and no window twice', () => {
    const history: HistoryEvent[] = [added, { kind: 'paused', at: at(5.1) }, { kind: 'resumed', at: at(5.2), backfill: true }]
    expect(spans(collectionOf(history))).toEqual([
      { from: at(1), to: at(5.5), lane: 'live' },
      { from: at(5.5), to: forever, lane: 'live' },
    ])
  })

  test('a resumption fills the pause as far as the service lists', () => {
    const history: HistoryEvent[] = [added, { kind: 'paused', at: at(5) }, { kind: 'resumed', at: at(205), backfill: true }]
    expect(spans(collectionOf(history))).toEqual([
      { from: at(1), to: at(5), lane: 'live' },
      { from: at(37.5), to: at(205), lane: 'backfill' },
      { from: at(205), to: forever, lane: 'live' },
    ])
  })

  test('after a removal nothing is expected until the tenant is added again', () => {
    const history: HistoryEvent[] = [added, { kind: 'removed', at: at(5) }]
    expect(collectionOf(history)).toMatchObject({ state: 'removed', periods: [{ from: at(1), to: at(5) }] })
    const again = [...history, { ...added, at: at(8), backfill: true }]
    expect(spans(collectionOf(again))).toContainEqual({ from: at(5), to: at(8), lane: 'backfill' })
  })

  test('another window length holds from the next full hour', () => {
    const changed: HistoryEvent = { kind: 'collection-changed', at: at(3.2), contentTypes: [exchange], windowMinutes: 10 }
    expect(collectionOf([added, changed]).periods).toMatchObject([
      { from: at(1), to: at(4), windowMs: 30 * minuteMs },
      { from: at(4), to: forever, windowMs: 10 * minuteMs },
    ])
  })

  test('content types come and go by themselves', () => {
    const changed: HistoryEvent = { kind: 'collection-changed', at: at(3.2), contentTypes: ['Audit.General'], windowMinutes: 30 }
    expect(collectionOf([added, changed]).periods).toMatchObject([
      { contentType: exchange, from: at(1), to: at(3.5) },
      { contentType: 'Audit.General', from: at(3), to: forever },
    ])
  })

  test('a request fills what no period holds, and marks what somebody waits for', () => {
    const request: HistoryEvent = { kind: 'backfill-requested', at: at(6), from: at(-3), to: at(4), priority: true }
    const collection = collectionOf([added, request])
    expect(spans(collection)).toContainEqual({ from: at(-3), to: at(1), lane: 'backfill' })
    expect(collection.incidents).toEqual([{ from: at(-3), to: at(4) }])
  })

  const event = fc.oneof(
    fc.record({
      kind: fc.constant('added' as const),
      contentTypes: fc.constant([exchange]),
      windowMinutes: fc.constantFrom(5, 10, 15, 20, 30, 60),
      backfill: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('collection-changed' as const),
      contentTypes: fc.constantFrom([exchange], ['Audit.General'], [exchange, 'Audit.General']),
      windowMinutes: fc.constantFrom(5, 10, 15, 20, 30, 60),
    }),
    fc.record({ kind: fc.constantFrom('paused' as const, 'removed' as const) }),
    fc.record({ kind: fc.constant('resumed' as const), backfill: fc.boolean() }),
  )
  const histories = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 * 60 }), event), { maxLength: 10 }).map((steps) => {
    const events: CollectionEvent[] = [added]
    for (const [minutes, step] of steps) events.push({ ...step, at: (events.at(-1)?.at ?? 0) + minutes * minuteMs } as CollectionEvent)
    return events
  })

  test('whatever the history, windows lie on the grid, overlap nowhere, and hold every moment in which the tenant was collected', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const { periods } = collectionOf(history)
        const windows = periods
          .filter(({ contentType }) => contentType === exchange)
          .flatMap(({ from, to, windowMs }) => [...windowsOver({ from, to: Math.min(to, day0 + 20 * dayMs) }, windowMs)])
        windows.forEach((window, index) => {
          expect(window.from % (window.to - window.from)).toBe(0)
          expect(hourMs % (window.to - window.from)).toBe(0)
          const next = windows[index + 1]
          if (next) expect(next.from).toBeGreaterThanOrEqual(window.to)
        })
        for (let time = added.at; time < day0 + 20 * dayMs; time += 7 * minuteMs) {
          const types = history.findLast((known) => known.at <= time && namesTypes(known, history))
          const isOn = types && 'contentTypes' in types && types.contentTypes.includes(exchange)
          if (!isOn || collectionStateAt(history, time) !== 'active') continue
          expect(
            windows.some(({ from, to }) => from <= time && time < to),
            new Date(time).toISOString(),
          ).toBe(true)
        }
      }),
    )
  })
})

/** A tenant that is collected is not added again. */
function namesTypes(event: CollectionEvent, history: readonly CollectionEvent[]): boolean {
  return event.kind === 'collection-changed' || (event.kind === 'added' && collectionStateAt(history, event.at - 1) !== 'active')
}
