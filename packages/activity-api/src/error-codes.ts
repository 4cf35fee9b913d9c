/** What an error code stands for, and what its raiser advises. */
export interface ErrorCode {
  /** Whether repeating the same work can succeed without anybody's help. */
  readonly again: boolean
  /** Milliseconds to wait where the service names none. Absent: the queue's own back-off. */
  readonly afterMs?: number
  /** What happened, as the start of the message. */
  readonly meaning: string
  /** What to do about it, as its end. */
  readonly remedy: string
}

/** Every code this package raises; one code, one meaning. */
export const errorCodes = {
  ACTIVITY_API_THROTTLED: {
    again: true,
    afterMs: 1_000,
    meaning: 'The service is throttling or too busy',
    remedy: 'Wait and repeat; if it persists, lower the request budget of this tenant and check the publisher id.',
  },
  ACTIVITY_API_CONSENT_MISSING: {
    again: false,
    meaning: 'The app may not read the audit feed',
    remedy: 'Grant the application permission ActivityFeed.Read and have an administrator of the tenant consent.',
  },
  ACTIVITY_API_ACCESS_BLOCKED: {
    again: false,
    meaning: 'The tenant blocks the app',
    remedy: 'Ask the tenant to enable the app, and to exempt it from the policy of conditional access or to allow our addresses.',
  },
  ACTIVITY_API_SUBSCRIPTION_MISSING: {
    again: false,
    meaning: 'There is no subscription for the content type',
    remedy: 'Start it, at most every 15 minutes; the time until then is a gap.',
  },
  ACTIVITY_API_SUBSCRIPTION_DISABLED: {
    again: false,
    meaning: 'The subscription was disabled by an administrator',
    remedy: 'Start it once; if it stays disabled, ask the tenant or Microsoft. The time until then is a gap.',
  },
  ACTIVITY_API_AUDITING_OFF: {
    again: true,
    afterMs: 3_600_000,
    meaning: 'Unified audit logging is off, or was switched on less than two hours ago',
    remedy: 'Ask the tenant to switch it on; nothing is backfilled.',
  },
  ACTIVITY_API_TENANT_UNKNOWN: {
    again: false,
    meaning: 'The service does not know the tenant, has it misconfigured, or the tenant does not have the API',
    remedy: 'Check the tenant id and its cloud; if both are right, open a support case.',
  },
  ACTIVITY_API_WINDOW_TOO_LONG: {
    again: false,
    meaning: 'The window is longer than 24 hours, for which the service may answer in part',
    remedy: 'Ask for at most 24 hours at a time.',
  },
  ACTIVITY_API_WINDOW_AGED_OUT: {
    again: false,
    meaning: 'The service refuses the window as out of range',
    remedy: 'Compare the clocks; if the start lies more than 7 days back, it is a gap that only an audit search can fill.',
  },
  ACTIVITY_API_PAGE_INVALID: {
    again: true,
    meaning: 'The next page of the listing is invalid, expired or a repetition',
    remedy: 'List the window again from its first page.',
  },
  ACTIVITY_API_CONTENT_MISSING: {
    again: false,
    meaning: 'The content does not exist',
    remedy: 'List its window again and try once more; if it is still absent, record it as lost.',
  },
  ACTIVITY_API_CONTENT_EXPIRED: {
    again: false,
    meaning: 'The content has expired',
    remedy: 'Record a gap; only an audit search can fill it.',
  },
  ACTIVITY_API_UNAVAILABLE: { again: true, meaning: 'The service failed or could not be reached', remedy: 'Repeat later.' },
  ACTIVITY_API_TLS_UNTRUSTED: {
    again: true,
    meaning: 'The certificate of the service is not trusted',
    remedy: 'Check the cloud’s caFile, and whether a proxy inspects TLS.',
  },
  ACTIVITY_API_FOREIGN_HOST: {
    again: false,
    meaning: 'An address leads away from the tenant’s cloud, so no token was sent there',
    remedy: 'Check the tenant’s cloud; if it is right, treat the answer as hostile.',
  },
  ACTIVITY_API_REQUEST_INVALID: {
    again: false,
    meaning: 'The request is not one the service accepts',
    remedy: 'Repeating it does not help: check the configuration of tenant, cloud and content type, or report a bug.',
  },
  ACTIVITY_API_RESPONSE_INVALID: {
    again: true,
    meaning: 'The answer does not have the shape the service documents',
    remedy: 'Nothing of it was used; repeat later.',
  },
  ACTIVITY_API_TRANSFER_CUT: {
    again: true,
    meaning: 'The content broke off or arrived damaged',
    remedy: 'Discard what was read and fetch it again.',
  },
  ACTIVITY_API_LOGIN_FAILED: {
    again: false,
    meaning: 'The token service refused the credential of the app',
    remedy: 'Check that the secret or certificate is registered with the app and has not expired, and the client id.',
  },
} as const

export type ActivityApiErrorCode = keyof typeof errorCodes
