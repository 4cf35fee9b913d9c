import { readFile } from 'node:fs/promises'
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { LakeOptions, LakeSettings } from './lake-settings.ts'

const connectMs = 5_000
const silenceMs = 30_000

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
    requestHandler: {
      connectionTimeout: connectMs,
      socketTimeout: silenceMs,
      ...(caFile !== undefined && { httpsAgent: { ca: await readFile(caFile), keepAlive: true, maxSockets: 50 } }),
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
