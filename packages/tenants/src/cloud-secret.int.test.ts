import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { resolveSecret } from './secret.ts'

const host = 'contoso.vault.azure.net'
const trusted = getCACertificates('default')

afterEach(() => {
  vi.unstubAllEnvs()
  setDefaultCACertificates(trusted)
})

describe('a secret of AWS Secrets Manager', () => {
  test.each([
    { title: 'a text', stored: { SecretString: 'hunter2\n' }, reference: 'aws-sm:mailtrail/contoso' },
    {
      title: 'a field of an object',
      stored: { SecretString: '{"a":"x","clientSecret":"hunter2"}' },
      reference: 'aws-sm:mailtrail/contoso#clientSecret',
    },
    { title: 'bytes', stored: { SecretBinary: Buffer.from('hunter2').toString('base64') }, reference: 'aws-sm:mailtrail/contoso' },
  ])('may be $title', async ({ stored, reference }) => {
    await using aws = await startAws(200, stored)
    expect(await resolveSecret(reference)).toBe('hunter2')
    expect(aws.asked).toMatchObject([{ SecretId: 'mailtrail/contoso' }])
  })

  test('is asked for in the region that its ARN names', async () => {
    await using aws = await startAws(200, { SecretString: 'hunter2' })
    const arn = 'arn:aws:secretsmanager:ap-south-1:111122223333:secret:contoso-AbCdEf'
    expect(await resolveSecret(`aws-sm:${arn}`)).toBe('hunter2')
    expect(aws.asked).toMatchObject([{ SecretId: arn, authorization: expect.stringContaining('/ap-south-1/secretsmanager/') }])
  })

  test.each([
    {
      title: 'is not there',
      status: 400,
      stored: { __type: 'ResourceNotFoundException', message: 'canary' },
      reason: 'ResourceNotFoundException',
    },
    {
      title: 'may not be read',
      status: 400,
      stored: { __type: 'AccessDeniedException', message: 'canary' },
      reason: 'AccessDeniedException',
    },
    { title: 'has no such field', status: 200, stored: { SecretString: '{"b":"canary"}' }, reason: 'not there or empty' },
    { title: 'is no object', status: 200, stored: { SecretString: 'canary' }, reason: 'SyntaxError' },
  ])('that $title is waited for, and nothing of it is repeated', async ({ status, stored, reason }) => {
    await using _ = await startAws(status, stored)
    await expectUnavailable('aws-sm:mailtrail/contoso#clientSecret', reason)
  })
})

describe('a secret of Azure Key Vault', () => {
  test.each([
    { title: 'its newest version', reference: 'azure-kv:contoso/app', path: '/secrets/app/' },
    { title: 'the version that is named', reference: `azure-kv:${host}/app/0123`, path: '/secrets/app/0123' },
  ])('is read as $title, with a token of the machine’s identity', async ({ reference, path }) => {
    await using vault = await startVault(200, { value: 'hunter2', id: `https://${host}/secrets/app/0123`, attributes: {} })
    expect(await resolveSecret(reference)).toBe('hunter2')
    expect(vault.asked.at(-1)).toEqual({ path, authorization: 'Bearer identity-token' })
  })

  test('that is not there is waited for, and nothing of the answer is repeated', async () => {
    await using _ = await startVault(404, { error: { code: 'SecretNotFound', message: 'canary' } })
    await expectUnavailable('azure-kv:contoso/app', 'SecretNotFound')
  })
})

async function expectUnavailable(reference: string, reason: string): Promise<void> {
  const error = await resolveSecret(reference).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'SECRET_UNAVAILABLE', retry: { again: true, afterMs: 60_000 } })
  expect(error).not.toHaveProperty('cause')
  expect(String(error)).toContain(reference)
  expect(String(error)).toContain(reason)
  expect(String(error)).not.toContain('canary')
}

async function startAws(status: number, stored: object): Promise<AsyncDisposable & { readonly asked: object[] }> {
  const asked: object[] = []
  const server = await listen(
    createHttpServer(async (request, response) => {
      asked.push({ ...JSON.parse((await buffer(request)).toString()), authorization: request.headers.authorization })
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(stored))
    }),
  )
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${portOf(server)}`)
  vi.stubEnv('AWS_REGION', 'eu-central-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  return { asked, [Symbol.asyncDispose]: () => close(server) }
}

/** A vault behind a proxy, for its name leads elsewhere; and the endpoint that gives a machine its identity's token. */
async function startVault(status: number, body: object): Promise<AsyncDisposable & { readonly asked: object[] }> {
  const asked: object[] = []
  const { cert, key } = await issueCertificate()
  const answer: RequestListener = (request, response) => {
    const { authorization } = request.headers
    asked.push({ path: request.url?.split('?')[0], authorization })
    const challenge = 'Bearer authorization="https://login.microsoftonline.com/x", resource="https://vault.azure.net"'
    response.writeHead(authorization ? status : 401, { 'content-type': 'application/json', 'www-authenticate': challenge })
    response.end(authorization ? JSON.stringify(body) : '{}')
  }
  const vault = await listen(createHttpsServer({ cert, key }, answer))
  // A server does not know the connections that it handed over.
  const tunnels = new Set<Duplex>()
  const proxy = await listen(
    createHttpServer().on('connect', (_request, client, head) => {
      const upstream = connect(portOf(vault), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n')
        upstream.write(head)
        upstream.pipe(client).pipe(upstream)
      })
      for (const socket of [client, upstream]) {
        tunnels.add(socket)
        socket.on('error', () => socket.destroy())
      }
    }),
  )
  const token = { access_token: 'identity-token', token_type: 'Bearer', resource: 'https://vault.azure.net', expires_on: '4102444800' }
  const identity = await listen(createHttpServer((_request, response) => void response.end(JSON.stringify(token))))
  setDefaultCACertificates([...trusted, cert])
  vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${portOf(proxy)}`)
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${portOf(identity)}/token`)
  vi.stubEnv('IDENTITY_HEADER', 'header')
  return {
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const tunnel of tunnels) tunnel.destroy()
      await Promise.all([vault, proxy, identity].map(close))
    },
  }
}

async function issueCertificate(): Promise<{ readonly cert: string; readonly key: string }> {
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = (await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${host}`,
    keys,
    signingAlgorithm,
    notBefore: new Date('2020-01-01'),
    notAfter: new Date('2120-01-01'),
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
  })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { cert: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') }
}

async function listen(server: Server): Promise<Server> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
