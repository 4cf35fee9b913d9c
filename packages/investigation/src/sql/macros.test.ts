import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { parseCreationTime } from '@mailtrail/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { macros } from './macros.ts'

const times = [
  '2024-03-14T09:00:00',
  '2024-03-14 09:00:00',
  '2024-03-14T09:00:00Z',
  '2024-03-14t09:00:00.1234567z',
  '2024-03-14T09:00:00.9',
  '2024-03-14T09:00:00+05:30',
  '2024-03-14T09:00:00-0800',
  '2024-03-10T02:30:00',
  '2024-11-03T01:30:00',
  '\u00a02024-03-14T09:00:00\n',
  '2023-02-29T00:00:00',
  '2024-03-14T24:00:00',
  '2024-03-14',
  '1601-01-01T00:00:00',
  'infinity',
]

describe('the time macros', () => {
  let instance: DuckDBInstance
  let connection: DuckDBConnection
  beforeEach(async () => {
    instance = await DuckDBInstance.create(':memory:')
    connection = await instance.connect()
    await connection.run(macros)
  })
  afterEach(() => {
    connection.closeSync()
    instance.closeSync()
  })

  test.each(['UTC', 'America/New_York', 'Asia/Kolkata'])('read times as core does while the session is in %s', async (zone) => {
    await connection.run(`SET TimeZone = '${zone}'`)
    const sql = 'SELECT sane_ms(zoned_ms(t)) FROM (SELECT unnest(CAST($times AS JSON)::VARCHAR[]) AS t)'
    const found = await connection.runAndReadAll(sql, { times: JSON.stringify(times) })
    expect(found.getRows().map(([ms]) => (ms === null ? undefined : Number(ms)))).toEqual(times.map(parseCreationTime))
  })
})
