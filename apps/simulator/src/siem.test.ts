import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { isSignatureValid } from './siem.ts'

const key = Buffer.alloc(24, 7)
const secret = `whsec_${key.toString('base64')}`
const message = { id: 'msg_1', timestamp: '1710115200', body: '{"a":1}' }

function sign(text: string, signingKey = key): string {
  return `v1,${createHmac('sha256', signingKey).update(text).digest('base64')}`
}

const right = sign('msg_1.1710115200.{"a":1}')

describe(isSignatureValid, () => {
  test.each([
    { title: 'the signature', signatures: right, expected: true },
    { title: 'a second signature, as while keys are rolled over', signatures: `${sign('other')} ${right}`, expected: true },
    { title: 'a signature of another body', signatures: sign('msg_1.1710115200.{"a":2}'), expected: false },
    { title: 'a signature of another id', signatures: sign('msg_2.1710115200.{"a":1}'), expected: false },
    { title: 'a signature of another key', signatures: sign('msg_1.1710115200.{"a":1}', Buffer.alloc(24, 8)), expected: false },
    { title: 'another version', signatures: right.replace('v1,', 'v1a,'), expected: false },
    { title: 'no signature', signatures: '', expected: false },
  ])('is $expected for $title', ({ signatures, expected }) => {
    expect(isSignatureValid(secret, { ...message, signatures })).toBe(expected)
  })
})
