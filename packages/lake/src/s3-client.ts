import { readFile } from 'node:fs/promises'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { LakeOptions, LakeSettings } from './lake-settings.ts'

const connectMs = 5_000
const silenceMs = 30_000
/** `HTTPS_PROXY` and `NO_PROXY` hold here too. */
const agentOptions = { keepAlive: true, maxSockets: 50, proxyEnv: process.env }

/**
 * What is not set is left to the SDK: credentials come from the environment, configuration files, web identity or the machine's role.
 * Requests are tried again by our own rules (see `withPatience`), for the SDK cannot send a stream twice.
 */
export async function createS3Client(settings: LakeSettings, readSecret: LakeOptions['readSecret']): Promise<S3Client> {
  const { endpoint, region, pathStyle, profile, caFile } = settings
  const config: S3ClientConfig = {
    ...(endpoint !== undefined && { endpoint, region: 'us-east-1' }),
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(pathStyle !== undefined && { forcePathStyle: pathStyle }),
    ...(await readCredentials(settings, readSecret)),
    maxAttempts: 1,
    logger: silent,
    // We send a digest of our own, which more services verify than those of the SDK.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // What waits for the service's word to go on would be sent by agents that know neither our authority nor the proxy.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: connectMs,
      socketTimeout: silenceMs,
      httpAgent: new HttpAgent(agentOptions),
      httpsAgent: new HttpsAgent({ ...agentOptions, ...(caFile !== undefined && { ca: await readFile(caFile) }) }),
    },
  }
  return new S3Client(config)
}

/** Without a logger the SDK writes to the console, such as that a stream cannot be sent again. */
const silent: NonNullable<S3ClientConfig['logger']> = { trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

async function readCredentials(
  { accessKeyId, secretAccessKey }: LakeSettings,
  readSecret: LakeOptions['readSecret'],
): Promise<Pick<S3ClientConfig, 'credentials'>> {
  if (accessKeyId === undefined || secretAccessKey === undefined) return {}
  return { credentials: { accessKeyId, secretAccessKey: await readSecret(secretAccessKey) } }
}
