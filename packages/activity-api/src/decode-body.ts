import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { ActivityApiError, type Failure } from './activity-api-error.ts'
import { firstHeader } from './first-header.ts'
import { systemCode } from './transport-failure.ts'

/** Bytes of decompressed content handed out at once, and so about what one reader holds. */
const chunkSize = 64 * 1024

/**
 * The bytes of an answer without their transfer and content coding. They end only if the answer is complete.
 *
 * @throws {@link ActivityApiError} while reading `ACTIVITY_API_TRANSFER_CUT`; at once `ACTIVITY_API_RESPONSE_INVALID` for a coding we did not ask for
 */
export function decodeBody(
  response: Dispatcher.ResponseData,
  failure: Failure,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const coding = firstHeader(response.headers, 'content-encoding')?.trim().toLowerCase() ?? ''
  if (coding === '' || coding === 'identity') return guard(quiet(response.body), failure, signal)
  if (coding === 'gzip' || coding === 'x-gzip') return guard(quiet(gunzip(response.body)), failure, signal)
  quiet(response.body).destroy()
  throw new ActivityApiError('ACTIVITY_API_RESPONSE_INVALID', { ...failure, detail: 'Its content coding is neither gzip nor identity.' })
}

function gunzip(body: Readable): Readable {
  return pipeline(body, createGunzip({ chunkSize }), () => {})
}

/** A connection may fail before its reader has begun; the stream keeps the error for them, and nobody else is to be woken by it. */
function quiet(stream: Readable): Readable {
  return stream.on('error', () => {})
}

async function* guard(source: Readable, failure: Failure, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* source
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    const detail = `The transfer failed: ${systemCode(error) ?? 'no code'}.`
    throw new ActivityApiError('ACTIVITY_API_TRANSFER_CUT', { ...failure, detail, cause: error })
  }
}
