import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node'
import type { Dispatcher } from 'undici'
import { ActivityApiError, type Failure } from './activity-api-error.ts'
import type { ActivityApiOptions } from './activity-api-options.ts'
import { classifyLogin, hintOfLogin, readLoginError } from './classify-login.ts'
import { decodeBody } from './decode-body.ts'
import { firstHeader } from './first-header.ts'
import { parseJson } from './parse-json.ts'
import { readBounded } from './read-bounded.ts'
import { parseRetryAfter } from './retry-after.ts'
import { parseServiceDate } from './service-date.ts'
import { toTransportFailure } from './transport-failure.ts'

const maxAnswerBytes = 1024 * 1024

/** MSAL's way to the network. It keeps why a request failed, for MSAL passes on less than that. */
export interface LoginNetwork extends INetworkModule {
  /** Why the last request failed, told once; undefined if it did not. */
  takeFailure(): unknown
}

/** Sends MSAL's requests over the cloud's own connections, so that its `caFile` holds for them, and to its login host alone. */
export function createLoginNetwork(options: ActivityApiOptions, agent: Dispatcher): LoginNetwork {
  const failure: Failure = { tenantId: options.tenantId, operation: 'login' }
  let lastFailure: unknown

  const send = async <T>(method: 'GET' | 'POST', address: string, request: NetworkRequestOptions = {}): Promise<NetworkResponse<T>> => {
    lastFailure = undefined
    try {
      const answer = await exchange(agent, loginUrl(options, failure, address), method, request, failure)
      lastFailure = answer.failure
      // MSAL checks what it reads, and its interface leaves the type of the body to its caller.
      return { status: answer.status, headers: answer.headers, body: answer.body as T }
    } catch (error) {
      lastFailure = error
      throw error
    }
  }
  return {
    takeFailure: () => {
      const failed = lastFailure
      lastFailure = undefined
      return failed
    },
    sendGetRequestAsync: (url, request) => send('GET', url, request),
    sendPostRequestAsync: (url, request) => send('POST', url, request),
  }
}

interface LoginAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: unknown
  readonly failure: ActivityApiError | undefined
}

async function exchange(
  agent: Dispatcher,
  url: URL,
  method: 'GET' | 'POST',
  { headers = {}, body }: NetworkRequestOptions,
  failure: Failure,
): Promise<LoginAnswer> {
  const response = await agent
    .request({ origin: url.origin, path: url.pathname + url.search, method, headers, body: body ?? null })
    .catch((error: unknown) => Promise.reject(toTransportFailure(error, failure)))
  const bytes = await readBounded(decodeBody(response, failure), maxAnswerBytes)
  const json = bytes && parseJson(bytes)
  const verdict = toVerdict(failure, response, json)
  if (json === undefined)
    throw verdict ?? new ActivityApiError('ACTIVITY_API_RESPONSE_INVALID', { ...failure, status: response.statusCode })
  return { status: response.statusCode, headers: toSingleValues(response), body: json, failure: verdict }
}

function toVerdict(
  failure: Failure,
  { statusCode: status, headers }: Dispatcher.ResponseData,
  json: unknown,
): ActivityApiError | undefined {
  if (status === 200) return undefined
  const error = readLoginError(json)
  const { vendorCode } = error
  const told = { retryAfterMs: parseRetryAfter(headers), serviceDate: parseServiceDate(headers) }
  return new ActivityApiError(classifyLogin(status, error), { ...failure, status, vendorCode, ...told, detail: hintOfLogin(vendorCode) })
}

/** The discovery document names the token endpoint; it may not lead the secret to another host. */
function loginUrl({ cloud }: ActivityApiOptions, failure: Failure, address: string): URL {
  const url = URL.parse(address)
  const { origin } = new URL(cloud.loginHost)
  if (url?.origin === origin && url.protocol === 'https:') return url
  const detail = `It is on ${url?.origin ?? 'no host that can be read'} and the login host is ${origin}.`
  throw new ActivityApiError('ACTIVITY_API_FOREIGN_HOST', { ...failure, detail })
}

function toSingleValues({ headers }: Dispatcher.ResponseData): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, firstHeader(headers, name) ?? '']))
}
