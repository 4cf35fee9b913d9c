import { expect, test } from 'vitest'
import type { CoverageState } from '../coverage/coverage-state.ts'
import { parseTenantId } from '../tenant-id.ts'
import { dayOutlook } from './day-outlook.ts'
import type { FoldSummary } from './fold-summary.ts'

const settled = fold(['settled'])
const expired = fold(['settled'], { gaps: [{ from: '2024-03-16T00:00:00Z', to: '2024-03-16T01:00:00Z', cause: 'expired' }] })

test.each([
  { title: 'no fold', days: {}, expected: { outlook: 'open' } },
  { title: 'a first fold', days: { 14: fold(undefined) }, expected: { outlook: 'open' } },
  {
    title: 'a first fold that lacks a window',
    days: { 14: fold(undefined, { gaps: expired.gaps }) },
    expected: { outlook: 'gap', cause: 'missing' },
  },
  {
    title: 'hours that wait for a sweep',
    days: { 14: fold(['settled', 'provisional']), 15: settled, 16: settled, 17: settled },
    expected: { outlook: 'open' },
  },
  {
    title: 'one bad hour',
    days: { 14: fold(['settled', 'gap_subscription', 'provisional']), 15: settled, 16: settled, 17: settled },
    expected: { outlook: 'gap', cause: 'gap_subscription' },
  },
  { title: 'settled hours alone', days: { 14: settled }, expected: { outlook: 'open' } },
  {
    title: 'settled hours, and folds up to the horizon',
    days: { 14: settled, 15: settled, 16: settled, 17: settled },
    expected: { outlook: 'whole' },
  },
  {
    title: 'settled hours, and a content within the horizon that was lost since',
    days: { 14: settled, 15: settled, 16: expired, 17: settled },
    expected: { outlook: 'gap', cause: 'missing' },
  },
  {
    title: 'settled hours, and a content beyond the horizon that was lost',
    days: { 14: settled, 15: settled, 16: settled, 17: settled, 18: expired },
    expected: { outlook: 'whole' },
  },
  {
    title: 'gaps beyond those it names',
    days: { 14: fold(['settled'], { gapsLeftOut: 1 }) },
    expected: { outlook: 'gap', cause: 'missing' },
  },
])('of a day with $title is told: $expected.outlook', ({ days, expected }) => {
  const summaries = new Map(Object.entries(days).map(([day, summary]) => [`2024-03-${day}`, summary]))
  expect(dayOutlook('2024-03-14', summaries)).toEqual({ date: '2024-03-14', ...expected })
})

function fold(states: readonly CoverageState[] | undefined, members: Partial<FoldSummary> = {}): FoldSummary {
  return {
    schema: 1,
    tenantId: parseTenantId('11111111-2222-4333-8444-555555555555'),
    contentType: 'Audit.Exchange',
    date: '2024-03-14',
    fold: 2,
    entries: 0,
    bodySha256: '',
    windows: { expected: 0, listed: 0, sealed: 0 },
    contents: { stored: 0, quarantined: 0, expired: 0, missing: 0, dead: 0, pending: 0 },
    recordsSeen: 0,
    recordsKept: 0,
    gaps: [],
    gapsLeftOut: 0,
    nextExpiry: null,
    spansEnd: '',
    serviceDate: null,
    coverage: states ? { horizonHours: 72, states: states.map((state, hour) => ({ hour, state })) } : null,
    previous: [],
    replaces: [],
    ...members,
  }
}
