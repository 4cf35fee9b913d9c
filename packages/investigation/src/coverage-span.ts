import { type CoverageInterval, isoSeconds } from '@mailtrail/core'
import type { CoverageSpan } from './answer.ts'

export function toCoverageSpan({ from, to, ...finding }: CoverageInterval): CoverageSpan {
  return { from: isoSeconds(from), to: isoSeconds(to), ...finding }
}
