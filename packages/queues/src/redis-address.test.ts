import { describe, expect, test } from 'vitest'
import { parseRedisAddress } from './redis-address.ts'

describe('an address of Redis', () => {
  test.each([
    { url: 'redis://127.0.0.1', address: { kind: 'server', hasTls: false, nodes: [{ host: '127.0.0.1', port: 6379 }] } },
    {
      url: 'rediss://fleet:p%40ss:word@redis.example:6380/2',
      address: {
        kind: 'server',
        hasTls: true,
        username: 'fleet',
        password: 'p@ss:word',
        nodes: [{ host: 'redis.example', port: 6380 }],
        db: 2,
      },
    },
    { url: 'redis://:word@[::1]:1', address: { kind: 'server', hasTls: false, password: 'word', nodes: [{ host: '::1', port: 1 }] } },
    {
      url: 'rediss+sentinel://fleet@a,b:5000/fleet-1',
      address: {
        kind: 'sentinel',
        hasTls: true,
        username: 'fleet',
        nodes: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 5000 },
        ],
        master: 'fleet-1',
      },
    },
    {
      url: 'redis+cluster://a:7000,b/',
      address: {
        kind: 'cluster',
        hasTls: false,
        nodes: [
          { host: 'a', port: 7000 },
          { host: 'b', port: 6379 },
        ],
      },
    },
  ])('may be $url', ({ url, address }) => {
    expect(parseRedisAddress(url)).toEqual(address)
  })

  test.each([
    '',
    'http://:canary@x',
    'redis://',
    'redis://:canary@a,b',
    'redis://:canary@a/master',
    'redis+sentinel://:canary@a',
    'redis+cluster://:canary@a/0',
    'redis+cluster://a,,canary',
    'redis://%canary@a',
    'redis://a:canary',
    'redis+proxy://canary',
  ])('is not %j, which is not repeated', (url) => {
    expect(() => parseRedisAddress(url)).toThrow(expect.objectContaining({ code: 'REDIS_URL_INVALID' }))
    expect(() => parseRedisAddress(url)).not.toThrow(/canary/)
  })
})
