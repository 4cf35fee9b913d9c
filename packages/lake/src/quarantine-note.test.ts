import { expect, test } from 'vitest'
import { tenantId } from '../test/entries.ts'
import { formatQuarantineNote, parseQuarantineNote, type QuarantineNote } from './quarantine-note.ts'

const digest = 'ab'.repeat(32)
const notes: readonly QuarantineNote[] = [
  { tenantId, contentId: 'c', records: [{ offset: 10, bytes: 3, reason: 'not_json', sha256: digest }] },
  { tenantId, contentId: 'c$,"sha256":"', body: 'BODY_TRAILING', bodySha256: digest },
]

test.each(notes)('a note reads as it was written, and not with any bit flipped or its end cut off (%#)', (note) => {
  const bytes = formatQuarantineNote(note)
  expect(parseQuarantineNote(bytes)).toMatchObject(note)
  const passed: string[] = []
  const attempt = (altered: Uint8Array, name: string): void => {
    try {
      parseQuarantineNote(altered)
      passed.push(name)
    } catch {
      // As it should be.
    }
  }
  for (const [at, byte] of bytes.entries()) {
    attempt(bytes.subarray(0, at), `cut to ${at}`)
    for (let bit = 0; bit < 8; bit += 1) attempt(bytes.with(at, byte ^ (1 << bit)), `byte ${at} bit ${bit}`)
  }
  expect(passed).toEqual([])
})

test('a note of an early release is read, without digests', () => {
  const text = `{"schema":1,"tenantId":"${tenantId}","contentId":"c","records":[{"offset":1,"bytes":2,"reason":"not_json"}]}\n`
  expect(parseQuarantineNote(Buffer.from(text)).records).toEqual([{ offset: 1, bytes: 2, reason: 'not_json' }])
})
