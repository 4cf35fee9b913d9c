import { describe, expect, test } from 'vitest'
import { openWebhookDestination } from './webhook-destination.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const good = { name: 'siem', url: 'https://siem.example/hooks/T0pSecret', secret }

describe(openWebhookDestination, () => {
  test.each(['https://siem.example/hook', 'http://127.0.0.1:9000/', 'http://localhost:9000/', 'http://[::1]:9000/'])('takes %s', (url) => {
    expect(openWebhookDestination({ ...good, url }).url.href).toBe(url)
  })

  test.each([
    { title: 'plain http to another host', change: { url: 'http://siem.example/hooks/T0pSecret' } },
    {
      title: 'plain http to a host that begins like a loopback one',
      change: { url: 'http://127.0.0.1.siem.example/T0pSecret' },
    },
    { title: 'another scheme', change: { url: 'file:///T0pSecret' } },
    { title: 'no url', change: { url: 'T0pSecret' } },
    { title: 'a password in the url', change: { url: 'https://me:T0pSecret@siem.example/' } },
    { title: 'a secret without its prefix', change: { secret: Buffer.alloc(32, 7).toString('base64') } },
    { title: 'a secret that is too short', change: { secret: `whsec_${Buffer.alloc(23, 7).toString('base64')}` } },
    { title: 'a secret that is too long', change: { secret: `whsec_${Buffer.alloc(65, 7).toString('base64')}` } },
    { title: 'a secret that is not base64', change: { secret: `whsec_${'T0pSecret-*'.repeat(4)}` } },
    { title: 'a caFile that is not there', change: { caFile: '/nowhere/ca.pem' } },
  ])('refuses $title, showing neither url nor secret', ({ change }) => {
    const open = () => openWebhookDestination({ ...good, ...change })
    expect(open).toThrow(expect.objectContaining({ code: 'ALERT_DESTINATION_INVALID', retry: { again: false } }))
    expect(open).toThrow(/^Destination siem cannot be used: /)
    expect(open).not.toThrow(/T0pSecret|whsec_\S{4}|BwcHBw/)
  })
})
