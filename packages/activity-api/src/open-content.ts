import type { Abortable } from '@mailtrail/core'
import type { Operation } from './activity-api-error.ts'
import type { ContentDescriptor } from './content-descriptor.ts'
import { decodeBody } from './decode-body.ts'
import { refuseErrorObject } from './refuse-error-object.ts'
import { sendRequest } from './send-request.ts'
import type { Session } from './session.ts'

const operation: Operation = 'open-content'

export interface ContentBody {
  /** The service's own time of the answer, in ms since the epoch. */
  readonly serviceDate: number | undefined
  /**
   * The content, decompressed, to be read once; it holds a connection until it ends, the loop over it is left, or the call's signal aborts.
   * Throws `ACTIVITY_API_TRANSFER_CUT` instead of ending if a byte is missing.
   */
  readonly body: AsyncIterable<Uint8Array>
}

/** Requests a content and hands out its body once its status and its first bytes are known to be good. What it holds is the reader's to judge. */
export async function openContent(
  session: Session,
  { contentId, contentUri }: Pick<ContentDescriptor, 'contentId' | 'contentUri'>,
  { signal }: Abortable = {},
): Promise<ContentBody> {
  const answer = await sendRequest(session, { operation, method: 'GET', url: contentUri, contentId }, { signal })
  const { response, failure } = answer
  const body = await refuseErrorObject(session, answer, decodeBody(response, failure, signal))
  return { serviceDate: failure.serviceDate, body }
}
