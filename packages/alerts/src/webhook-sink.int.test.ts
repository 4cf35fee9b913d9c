import 'reflect-metadata'
import { createHmac, webcrypto } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseTenantId } from '@mailtrail/core'
import { cryptoProvider, PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509'
import { expect, test } from 'vitest'
import { throttledAlert } from './new-alert.ts'
import { createWebhookSink, webhookBody } from './webhook-sink.ts'

const key = Buffer.alloc(32, 7)
const secret = `whsec_${key.toString('base64')}`
const tenantId = parseTenantId('11111111-2222-4333-8444-555555555555')
const at = Date.parse('2024-03-14T12:00:00.750Z')
const alert = throttledAlert({ tenantId, mailboxGuid: 'aaaaaaaa-0000-4000-8000-000000000001', flaggedAt: at - 60_000, raisedAt: at })

test('an alert arrives signed, thin, and under its own id', async () => {
  await using siem = await startSiem((_, response) => response.writeHead(204).end())
  await using sink = createWebhookSink({ name: 'siem', url: siem.url, secret })

  expect(await sink.deliver(alert, { at })).toEqual({ status: 204 })

  const [received] = siem.received
  expect(received).toMatchObject({
    method: 'POST',
    headers: { 'content-type': 'application/json', 'webhook-id': alert.id, 'webhook-timestamp': '1710417600' },
    body: webhookBody(alert),
  })
  expect(received?.headers['webhook-signature']).toBe(`v1,${sign(`${alert.id}.1710417600.${received?.body}`)}`)
})

test('a repeat after 503 keeps id and body, and is signed for its own time', async () => {
  const statuses = [503, 204]
  await using siem = await startSiem((_, response) => response.writeHead(statuses.shift() ?? 500).end('later'))
  await using sink = createWebhookSink({ name: 'siem', url: siem.url, secret })

  await expect(sink.deliver(alert, { at })).rejects.toMatchObject({ code: 'ALERT_DELIVERY_FAILED', retry: { again: true } })
  expect(await sink.deliver(alert, { at: at + 30_000 })).toEqual({ status: 204 })

  const [first, second] = siem.received
  expect(second?.body).toBe(first?.body)
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
  expect(second?.headers['webhook-timestamp']).toBe('1710417630')
  expect(second?.headers['webhook-signature']).toBe(`v1,${sign(`${alert.id}.1710417630.${second?.body}`)}`)
})

test.each([
  { title: '410 is final', status: 410, headers: {}, code: 'ALERT_DESTINATION_GONE', retry: { again: false } },
  { title: '400 is tried again', status: 400, headers: {}, code: 'ALERT_DELIVERY_FAILED', retry: { again: true } },
  {
    title: '429 is tried again when it says',
    status: 429,
    headers: { 'retry-after': '7' },
    code: 'ALERT_DELIVERY_FAILED',
    retry: { again: true, afterMs: 7_000 },
  },
  {
    title: '503 is tried again at the date it names',
    status: 503,
    headers: { 'retry-after': 'Thu, 14 Mar 2024 12:01:00 GMT' },
    code: 'ALERT_DELIVERY_FAILED',
    retry: { again: true, afterMs: 59_250 },
  },
])('$title', async ({ status, headers, code, retry }) => {
  await using siem = await startSiem((_, response) => response.writeHead(status, headers).end())
  await using sink = createWebhookSink({ name: 'siem', url: siem.url, secret })
  const failure = await sink.deliver(alert, { at }).catch((error) => error)
  expect(failure).toMatchObject({ code, retry })
  expect(failure.retry).toEqual(retry)
  expect(failure.message).toContain(`${status}`)
})

test.each([301, 302, 303, 307, 308])('a redirect by %i is not followed', async (status) => {
  await using elsewhere = await startSiem((_, response) => response.writeHead(204).end())
  await using siem = await startSiem((_, response) => response.writeHead(status, { location: elsewhere.url }).end())
  await using sink = createWebhookSink({ name: 'siem', url: siem.url, secret })

  await expect(sink.deliver(alert, { at })).rejects.toMatchObject({ code: 'ALERT_DELIVERY_FAILED', retry: { again: true } })
  expect(siem.received).toHaveLength(1)
  expect(elsewhere.received).toEqual([])
})

test.each([
  { title: 'a destination that never answers', answer: () => {} },
  { title: 'a destination that hangs up', answer: (_: IncomingMessage, response: ServerResponse) => response.destroy() },
])('$title is tried again, and neither url nor secret is in the message', async ({ answer }) => {
  await using siem = await startSiem(answer)
  await using sink = createWebhookSink({ name: 'siem', url: `${siem.url}T0pSecret`, secret, timeoutMs: 200 })
  const failure = await sink.deliver(alert, { at }).catch((error) => error)
  expect(failure).toMatchObject({ code: 'ALERT_DELIVERY_FAILED', retry: { again: true } })
  expect(failure.message).not.toMatch(/T0pSecret|whsec|127\.0\.0\.1/)
})

test('an answer whose body goes on for ever is an answer all the same', async () => {
  await using siem = await startSiem((_, response) => {
    response.writeHead(200).write('accepted')
  })
  await using sink = createWebhookSink({ name: 'siem', url: siem.url, secret, timeoutMs: 200 })
  expect(await sink.deliver(alert, { at })).toEqual({ status: 200 })
})

test('a delivery that is called off says so, and is not a failure of the destination', async () => {
  const stop = new AbortController()
  await using siem = await startSiem(() => stop.abort(new Error('shutting down')))
  await using sink = createWebhookSink({ name: 'siem', url: siem.url, secret })
  await expect(sink.deliver(alert, { at, signal: stop.signal })).rejects.toThrow('shutting down')
})

test('a private authority is trusted when its file is named, and not otherwise', async () => {
  const certificate = await issueLoopbackCertificate()
  await using siem = await startSiem((_, response) => response.writeHead(204).end(), certificate)
  await using authority = await writeTemporary('ca.pem', certificate.cert)
  await using trusting = createWebhookSink({ name: 'siem', url: siem.url, secret, caFile: authority.path })
  await using strict = createWebhookSink({ name: 'siem', url: siem.url, secret })

  expect(await trusting.deliver(alert, { at })).toEqual({ status: 204 })
  await expect(strict.deliver(alert, { at })).rejects.toMatchObject({ code: 'ALERT_DELIVERY_FAILED', retry: { again: true } })
  expect(siem.received).toHaveLength(1)
})

function sign(text: string): string {
  return createHmac('sha256', key).update(text).digest('base64')
}

async function startSiem(answer: RequestListener, tls?: { readonly cert: string; readonly key: string }) {
  const received: { readonly method: string | undefined; readonly headers: IncomingMessage['headers']; readonly body: string }[] = []
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await request.toArray()).toString()
    received.push({ method: request.method, headers: request.headers, body })
    answer(request, response)
  }
  const server: Server = tls ? createTlsServer(tls, (...args) => void listener(...args)) : createServer((...args) => void listener(...args))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    received,
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Signed by itself, so that it is its own authority. */
async function issueLoopbackCertificate(): Promise<{ readonly cert: string; readonly key: string }> {
  cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0])
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Test SIEM',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date('2020-01-01'),
    notAfter: new Date('2120-01-01'),
    extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { cert: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') }
}

async function writeTemporary(name: string, text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrail-alerts-'))
  const path = join(folder, name)
  await writeFile(path, text)
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
