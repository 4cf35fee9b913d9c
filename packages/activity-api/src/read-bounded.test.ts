import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readBounded } from './read-bounded.ts'

test('a body of the greatest length is read whole', async () => {
  expect(await readBounded(Readable.from([Buffer.from('ab'), Buffer.from('cd')]), 4)).toEqual(Buffer.from('abcd'))
})

test('a longer body is given up and destroyed', async () => {
  const body = Readable.from([Buffer.from('ab'), Buffer.from('cde')])
  expect(await readBounded(body, 4)).toBeUndefined()
  expect(body.destroyed).toBe(true)
})
