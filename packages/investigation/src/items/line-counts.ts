import { z } from 'zod'

/** What became of lines: each is a kept record, or in one of the last three counts. */
export interface LineCounts {
  readonly read: number
  readonly unreadable: number
  readonly otherTenant: number
  readonly otherOperation: number
}

const number = z.coerce.number()
export const lineCountsSchema: z.ZodType<LineCounts> = z.object({
  read: number,
  unreadable: number,
  otherTenant: number,
  otherOperation: number,
})

export const noLines: LineCounts = { read: 0, unreadable: 0, otherTenant: 0, otherOperation: 0 }

export function addLineCounts(a: LineCounts, b: LineCounts): LineCounts {
  return {
    read: a.read + b.read,
    unreadable: a.unreadable + b.unreadable,
    otherTenant: a.otherTenant + b.otherTenant,
    otherOperation: a.otherOperation + b.otherOperation,
  }
}
