import { type CoverageInterval, isoSeconds } from '@mailtrail/core'
import type { CoverageSpan } from './answer.ts'

export function toCoverageSpan({ from, to, until, ...finding }: CoverageInterval): CoverageSpan {
  return { from: isoSeconds(from), to: isoSeconds(to), ...finding, ...(until !== undefined && { until: isoSeconds(until) }) }
}
