import type { Receipt } from '@mailtrail/queues'
import { expect, test } from 'vitest'
import { ReceiptBatch } from './receipt-batch.ts'

const receipt = (id: string): Receipt => ({ id, outcome: 'stored', recordsSeen: 0, recordsKept: 0, bodySha256: null, objects: [] })

test('every receipt is reported once, five at a time, the rest at the end', async () => {
  const reported: string[][] = []
  const batch = new ReceiptBatch(async (receipts) => void reported.push(receipts.map(({ id }) => id)))
  await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => batch.add(receipt(id))))
  expect(reported).toEqual([['a', 'b', 'c', 'd', 'e']])
  await batch.flush()
  await batch.flush()
  expect(reported.slice(1)).toEqual([['f', 'g']])
})
