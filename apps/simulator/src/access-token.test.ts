import { describe, expect, test } from 'vitest'
import { createTokenAuthority } from './access-token.ts'

const origin = 'https://127.0.0.1:1'
const claims = { aud: origin, tid: 'tenant', roles: ['ActivityFeed.Read'], exp: 1000 }
const authority = createTokenAuthority()
const token = authority.issue(claims)

describe('a token', () => {
  test('is accepted until it expires, for its audience', () => {
    expect(authority.verify(token, origin, 999)).toEqual(claims)
    expect(authority.verify(token, origin, 1000)).toBeUndefined()
    expect(authority.verify(token, 'https://127.0.0.1:2', 999)).toBeUndefined()
  })

  test.each([
    { title: 'of another authority', forged: createTokenAuthority().issue(claims) },
    {
      title: 'with other claims',
      forged: token.replace(
        /\.[^.]+\./,
        `.${
          createTokenAuthority()
            .issue({ ...claims, tid: 'other' })
            .split('.')[1]
        }.`,
      ),
    },
    { title: 'without a signature', forged: token.split('.').slice(0, 2).join('.') },
    { title: 'of noise', forged: 'a.b.c' },
  ])('$title is refused', ({ forged }) => {
    expect(authority.verify(forged, origin, 999)).toBeUndefined()
  })
})
