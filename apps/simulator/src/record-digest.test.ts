import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { digestMailRecords } from './record-digest.ts'

describe(digestMailRecords, () => {
  test('takes the records whose own operation is exactly MailItemsAccessed', () => {
    const records = [
      { Id: 'kept', Operation: 'MailItemsAccessed' },
      { Id: 'cased', Operation: 'mailitemsaccessed' },
      { Id: 'nested', Operation: 'Send', Inner: { Operation: 'MailItemsAccessed' } },
      { Id: 'mentioned', Operation: 'Send', Subject: '"Operation":"MailItemsAccessed"' },
    ]
    const sha256 = createHash('sha256').update('{"Id":"kept","Operation":"MailItemsAccessed"}').digest('hex')
    expect(digestMailRecords(records)).toEqual([{ id: 'kept', sha256 }])
  })

  test('gives a record with its keys in another order the same digest', () => {
    const [first, second] = digestMailRecords([
      { Id: '1', Operation: 'MailItemsAccessed' },
      { Operation: 'MailItemsAccessed', Id: '1' },
    ])
    expect(first).toEqual(second)
  })
})
