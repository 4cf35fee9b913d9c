import { readFileSync } from 'node:fs'
import { MailtrailError } from '@mailtrail/core'
import { Webhook } from 'standardwebhooks'

/** Where a webhook goes and how it is signed. */
export interface WebhookDestination {
  readonly name: string
  /** `https:`, or `http:` to a loopback host. It may itself be a secret, so no message shows it. */
  readonly url: string
  /** `whsec_` and 24 to 64 bytes in base64. */
  readonly secret: string
  /** PEM file of the authorities to trust instead of the public ones, for a private SIEM. */
  readonly caFile?: string | undefined
}

/** A destination that was checked, and can be posted to. */
export interface WebhookEndpoint {
  readonly url: URL
  readonly isLoopback: boolean
  readonly signer: Webhook
  readonly ca: string | undefined
}

/** @throws {@link MailtrailError} `ALERT_DESTINATION_INVALID` */
export function openWebhookDestination({ name, url, secret, caFile }: WebhookDestination): WebhookEndpoint {
  const parsed = parseUrl(name, url)
  const isLoopback = loopbackHost.test(parsed.hostname)
  if (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && isLoopback)) {
    throw invalid(name, 'its url must begin with https://; http:// is for this machine only')
  }
  if (parsed.username !== '' || parsed.password !== '') throw invalid(name, 'its url holds a user name or password; remove them')
  return { url: parsed, isLoopback, signer: parseSecret(name, secret), ca: readAuthorities(name, caFile) }
}

/** The URL parser has brought every spelling of 127.0.0.0/8 into this form. */
const loopbackHost = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

function parseUrl(name: string, url: string): URL {
  const parsed = URL.parse(url)
  if (parsed === null) throw invalid(name, 'its url is not one')
  return parsed
}

/** @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
function parseSecret(name: string, secret: string): Webhook {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1]
  const key = Buffer.from(encoded ?? '', 'base64')
  if (key.length < 24 || key.length > 64) throw invalid(name, 'its secret must be whsec_ and 24 to 64 bytes in base64')
  return new Webhook(key, { format: 'raw' })
}

function readAuthorities(name: string, caFile: string | undefined): string | undefined {
  if (caFile === undefined) return undefined
  try {
    return readFileSync(caFile, 'utf8')
  } catch (cause) {
    throw invalid(name, `its caFile ${caFile} cannot be read`, { cause })
  }
}

function invalid(name: string, fault: string, options: ErrorOptions = {}): MailtrailError<'ALERT_DESTINATION_INVALID'> {
  return new MailtrailError('ALERT_DESTINATION_INVALID', `Destination ${name} cannot be used: ${fault}.`, options)
}
